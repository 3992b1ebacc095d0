package edgeer;

import static org.junit.Assert.assertArrayEquals;
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
    private static final double PRECISION = 0.95;

    @Test
    public void aRequestIsAnsweredAsInPython() throws IOException {
        List<Fields> rows = Rows.golden("requests.jsonl");
        assertTrue(rows.size() > 300);
        int offByOne = 0;
        double farthest = 0;
        for (Fields row : rows) {
            EntityResolver resolver = Rows.resolver(row.text("bundle"));
            String query = row.text("query");
            assertArrayEquals(query, Rows.ints(row.list("token_ids")), resolver.tokenIds(query));
            farthest = Math.max(farthest, distance(resolver.encode(query), row.list("embedding")));
            int wrong = stepsApart(resolver.vector(row.text("canonical")), Rows.base64(row.text("vector")));
            assertTrue(query + ": " + wrong + " numbers of the vector differ", wrong <= 2);
            offByOne += wrong;
            checkAnswer(row, resolver.resolve(query, K));
        }
        System.out.println(rows.size() + " golden requests: embeddings within " + farthest + " of Python's, " + offByOne
                + " numbers of int8 vectors off by one; classes from " + place());
        assertTrue("embeddings are " + farthest + " from Python's", farthest <= 1e-5);
    }

    private static String place() {
        String path = EntityResolver.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return path.replaceFirst("/$", "").replaceFirst(".*/", "");
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
            checkAnswer(row, Rows.resolver(row.text("bundle")).resolve(texts, weights, K, PRECISION));
        }
    }

    /** From our own vector: the same first place and decision. */
    private static void checkAnswer(Fields row, Resolution found) {
        assertEquals(found.query, row.text("decision"), found.decision.toString());
        assertEquals(found.query, row.list("ranking").size(), found.matches.size());
        if (!found.matches.isEmpty()) {
            List<?> first = (List<?>) row.list("ranking").get(0);
            assertEquals(found.query, first.get(0), found.matches.get(0).id);
            assertEquals(found.query, row.number("confidence"), found.matches.get(0).confidence, 0.01);
        }
    }

    private static double distance(float[] vector, List<Object> expected) {
        assertEquals(expected.size(), vector.length);
        double most = 0;
        for (int i = 0; i < vector.length; i++) {
            most = Math.max(most, Math.abs(vector[i] - ((Number) expected.get(i)).doubleValue()));
        }
        return most;
    }

    private static int stepsApart(byte[] found, byte[] expected) {
        assertEquals(expected.length, found.length);
        int wrong = 0;
        for (int i = 0; i < found.length; i++) {
            assertTrue(Arrays.toString(found), Math.abs(found[i] - expected[i]) <= 1);
            wrong += found[i] == expected[i] ? 0 : 1;
        }
        return wrong;
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
