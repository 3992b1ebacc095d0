package edgeer;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** When another machine's answer is the same as the one a bundle was shipped with, as in {@code tests/edge_er/decision/test_selftest.py}. */
public final class SelftestTest {
    private static void check(boolean same, Decision decision, String[] ids, double[] scores, double... expected) {
        List<Match> matches = new ArrayList<Match>();
        for (int i = 0; i < ids.length; i++) {
            matches.add(new Match(new Entity(ids[i], ids[i]), scores[i], 0, Collections.<String, Object>emptyMap()));
        }
        List<Object> wanted = new ArrayList<Object>();
        for (double score : expected) {
            wanted.add(score);
        }
        List<Object> best = expected.length == 0 ? new ArrayList<Object>() : Arrays.<Object>asList("a", "b");
        Resolution found = new Resolution("ser", decision, matches, 1);
        assertEquals(same, Golden.same(found, decision.toString(), best, wanted));
    }

    @Test
    public void theFirstAndTheScoresCount() {
        String[] right = {"a", "b"};
        check(true, Decision.MATCH, right, new double[] {1.995, 1.005}, 2, 1);
        check(true, Decision.MATCH, new String[] {"a", "c"}, new double[] {2, 1}, 2, 1);
        check(false, Decision.MATCH, right, new double[] {1.98, 1}, 2, 1);
        check(false, Decision.MATCH, new String[] {"b", "a"}, new double[] {2, 1}, 2, 1);
        check(false, Decision.MATCH, new String[] {"a"}, new double[] {2}, 2, 1);
        check(true, Decision.NO_MATCH, new String[0], new double[0]);
    }

    @Test
    public void withoutAMatchEitherOfTwoEqualsMayBeFirst() {
        String[] swapped = {"b", "a"};
        check(true, Decision.NO_MATCH, swapped, new double[] {1.002, 1}, 1.002, 1);
        check(false, Decision.AMBIGUOUS, swapped, new double[] {1.002, 1}, 1.002, 1);
        check(false, Decision.NO_MATCH, swapped, new double[] {1.02, 1.005}, 1.02, 1.005);
    }
}
