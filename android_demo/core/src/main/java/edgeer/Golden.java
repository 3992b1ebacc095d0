package edgeer;

import java.util.List;

/** Answers that a bundle is shipped with, and whether this machine gives the same. */
final class Golden {
    static final double SCORE_TOLERANCE = 0.01; // between machines; one step of one int8 value is about 0.001

    private Golden() {}

    /**
     * How many golden requests were answered as expected.
     *
     * @throws BundleCorruptException where one was not
     */
    static int check(EntityResolver resolver, List<Object> golden) {
        for (Object each : golden) {
            Fields expected = new Fields(each);
            List<Object> ids = expected.list("ids");
            Resolution found = resolver.resolve(expected.text("query"), Math.max(ids.size(), 1));
            if (!same(found, expected.text("decision"), ids, expected.list("scores"))) {
                throw new BundleCorruptException("bundle '" + resolver.name() + "': selftest: expected " + each + ", found "
                        + found + "; build the bundle again with the tested versions of its tools");
            }
        }
        return golden.size();
    }

    /** The same decision and best candidate; where nothing matches, either of two that are as good may be the best. */
    static boolean same(Resolution found, String decision, List<Object> ids, List<Object> scores) {
        boolean tied = decision.equals("no_match")
                && scores.size() > 1
                && number(scores, 0) < number(scores, 1) + SCORE_TOLERANCE;
        boolean same = found.decision.toString().equals(decision)
                && found.matches.size() == scores.size()
                && (tied || ids.isEmpty() || found.matches.get(0).id.equals(ids.get(0)));
        for (int i = 0; same && i < scores.size(); i++) {
            same = Math.abs(found.matches.get(i).score - number(scores, i)) <= SCORE_TOLERANCE;
        }
        return same;
    }

    private static double number(List<Object> values, int at) {
        return ((Number) values.get(at)).doubleValue();
    }
}
