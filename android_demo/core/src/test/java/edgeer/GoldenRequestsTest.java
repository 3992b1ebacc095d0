package edgeer;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** Every step of a request, against the golden files that all runtimes read. */
public final class GoldenRequestsTest {
    private static final int K = 5;
    private static final double PRECISION = 0.95;

    @Test
    public void everyStepOfARequestIsThatOfPython() throws IOException {
        List<Fields> rows = Rows.golden("requests.jsonl");
        assertTrue(rows.size() > 300);
        int offByOne = 0;
        double farthest = 0;
        for (Fields row : rows) {
            EntityResolver resolver = Rows.resolver(row.text("bundle"));
            String query = row.text("query");
            assertEquals(query, row.text("canonical"), CanonicalText.of(query));
            assertArrayEquals(query, Rows.ints(row.list("token_ids")), resolver.tokenIds(query));
            float[] vector = resolver.encode(query);
            farthest = Math.max(farthest, distance(vector, row.list("embedding")));
            int wrong = stepsApart(resolver.vector(row.text("canonical")), Rows.base64(row.text("vector")));
            assertTrue(query + ": " + wrong + " numbers of the vector differ", wrong <= 2);
            offByOne += wrong;
            checkAnswer(row, resolver.resolve(query, K));
            List<Said> said = new ArrayList<Said>();
            if (!CanonicalText.isBlank(query)) {
                said.add(new Said(CanonicalText.of(query), Rows.base64(row.text("vector")), 1));
            }
            checkSteps(row, resolver, said, query, new String[] {query});
        }
        System.out.println(rows.size() + " golden requests: embeddings within " + farthest + " of Python's, "
                + offByOne + " numbers of int8 vectors off by one");
        assertTrue("embeddings are " + farthest + " from Python's", farthest <= 1e-5);
    }

    @Test
    public void severalTextsOfOneUtteranceGiveTheAnswersOfPython() throws IOException {
        List<Fields> rows = Rows.golden("nbest.jsonl");
        assertTrue(rows.size() > 20);
        for (Fields row : rows) {
            List<String> texts = new ArrayList<String>();
            double[] weights = new double[row.list("nbest").size()];
            List<Said> said = new ArrayList<Said>();
            for (int i = 0; i < weights.length; i++) {
                List<?> pair = (List<?>) row.list("nbest").get(i);
                texts.add((String) pair.get(0));
                weights[i] = ((Number) pair.get(1)).doubleValue();
                if (!CanonicalText.isBlank(texts.get(i))) {
                    byte[] vector = Rows.base64((String) row.list("vectors").get(i));
                    said.add(new Said(CanonicalText.of(texts.get(i)), vector, weights[i]));
                }
            }
            EntityResolver resolver = Rows.resolver(row.text("bundle"));
            checkAnswer(row, resolver.resolve(texts, weights, K, PRECISION));
            checkSteps(row, resolver, said, texts.isEmpty() ? "" : texts.get(0), texts.toArray(new String[0]));
        }
    }

    /** What is computed from the golden vector must be equal. */
    private static void checkSteps(Fields row, EntityResolver resolver, List<Said> said, String query, String[] texts) {
        int[] candidates = said.isEmpty() ? new int[0] : resolver.catalog().pool(said, K).forms;
        assertArrayEquals(query, Rows.ints(row.list("candidates")), candidates);
        List<Candidate> ranked = Collections.emptyList();
        if (!said.isEmpty()) {
            ranked = resolver.catalog().ranked(said, K);
        }
        assertEquals(query, row.list("ranking").size(), ranked.size());
        for (int i = 0; i < ranked.size(); i++) {
            List<?> expected = (List<?>) row.list("ranking").get(i);
            assertEquals(query, expected.get(0), resolver.entities().get(ranked.get(i).entity).id);
            assertEquals(query, ((Number) expected.get(1)).doubleValue(), ranked.get(i).score, 0.001);
            checkParts(query, new Fields(row.list("parts").get(i), query).map(), ranked.get(i));
        }
        boolean readable = false;
        for (String text : texts) {
            readable |= resolver.canRead(text);
        }
        Resolution answer = resolver.answers().resolution(query, resolver.catalog(), ranked, readable, K, PRECISION);
        assertEquals(query, row.text("decision"), answer.decision.toString());
        double confidence = answer.matches.isEmpty() ? 0 : answer.matches.get(0).confidence;
        assertEquals(query, row.number("confidence"), confidence, 0.0001);
    }

    private static void checkParts(String query, Map<String, Object> expected, Candidate found) {
        Map<String, Double> parts = new LinkedHashMap<String, Double>();
        parts.put("form", (double) found.form);
        for (int part = 0; part < found.parts.length; part++) {
            if (found.parts[part] != 0) {
                parts.put(Candidate.PARTS[part], found.parts[part]);
            }
        }
        assertEquals(query, expected.keySet(), parts.keySet());
        for (Map.Entry<String, Object> part : expected.entrySet()) {
            assertEquals(query + part, ((Number) part.getValue()).doubleValue(), parts.get(part.getKey()), 0.001);
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
