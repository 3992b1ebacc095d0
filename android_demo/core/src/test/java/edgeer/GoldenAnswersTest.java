package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/**
 * The answers of the golden files that all runtimes read, from texts alone. It asks through what is left of the classes in the
 * signed APK, so that it can run on these too ({@code test_apk.sh}).
 */
public final class GoldenAnswersTest {
    private static final int K = 5;

    @Test
    public void everyRequestIsAnsweredAsInPython() throws IOException {
        GoldenCheck found = GoldenCheck.ofAllRows();
        System.out.println(found);
        assertTrue(found.requests > 300);
        assertEquals(found.requests, found.tokenIds);
        assertEquals(found.requests, found.first);
        assertEquals(found.requests, found.decisions);
        assertTrue(found.mostInOne <= 2);
        assertTrue(found.within <= 1e-5);
    }

    @Test
    public void confidencesAreThoseOfPython() throws IOException {
        for (Fields row : Rows.golden("requests.jsonl")) {
            checkAnswer(row, Rows.resolver(row.text("bundle")).resolve(row.text("query"), K));
        }
    }

    @Test
    public void severalTextsOfOneUtteranceGiveTheAnswersOfPython() throws IOException {
        List<Fields> rows = Rows.golden("nbest.jsonl");
        assertTrue(rows.size() > 20);
        for (Fields row : rows) {
            List<String> texts = new ArrayList<String>();
            double[] weights = new double[row.list("nbest").size()];
            for (int i = 0; i < weights.length; i++) {
                List<?> pair = (List<?>) row.list("nbest").get(i);
                texts.add((String) pair.get(0));
                weights[i] = ((Number) pair.get(1)).doubleValue();
            }
            EntityResolver resolver = Rows.resolver(row.text("bundle"));
            checkAnswer(row, resolver.resolve(texts, weights, K, resolver.minPrecision()));
        }
    }

    /** From our own vector: the same first place and decision. */
    private static void checkAnswer(Fields row, Resolution found) {
        assertEquals(found.query, row.text("decision"), found.decision.toString());
        assertEquals(found.query, row.whole("tied"), found.tied());
        assertEquals(found.query, row.list("ranking").size(), found.matches.size());
        if (!found.matches.isEmpty()) {
            List<?> first = (List<?>) row.list("ranking").get(0);
            assertEquals(found.query, first.get(0), found.matches.get(0).id);
            assertEquals(found.query, row.number("confidence"), found.matches.get(0).confidence, 0.01);
        }
    }

    @Test
    public void everyBundleAnswersItsOwnGoldenRequests() {
        for (String bundle : Arrays.asList("radio_de", "radio_en", "radio_es", "radio_fr", "radio_it")) {
            assertTrue(bundle, Rows.resolver(bundle).selftest() > 10);
        }
    }

    @Test
    public void oneTextOfManyIsThatText() {
        EntityResolver resolver = Rows.resolver("radio_es");
        Resolution alone = resolver.resolve("pon la cadena ser", 3);
        Resolution listed = resolver.resolve(Collections.singletonList("pon la cadena ser"), 3);
        assertEquals(alone.toString(), listed.toString());
        assertEquals("Cadena SER", alone.best().name);
    }
}
