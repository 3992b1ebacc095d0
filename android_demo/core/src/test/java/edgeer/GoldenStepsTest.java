package edgeer;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** Every step of a request from its golden vector on, against the golden files that all runtimes read. */
public final class GoldenStepsTest {
    private static final int K = 5;

    @Test
    public void everyStepOfARequestIsThatOfPython() throws IOException {
        for (Fields row : Rows.golden("requests.jsonl")) {
            EntityResolver resolver = Rows.resolver(row.text("bundle"));
            String query = row.text("query");
            assertEquals(query, row.text("canonical"), CanonicalText.ofRequest(query));
            List<EncodedText> encoded = new ArrayList<EncodedText>();
            if (!CanonicalText.isBlank(query)) {
                encoded.add(new EncodedText(row.text("canonical"), Rows.base64(row.text("vector")), 1, resolver.texts().canRead(query)));
            }
            checkSteps(row, resolver, encoded, query);
        }
    }

    @Test
    public void everyStepOfSeveralTextsIsThatOfPython() throws IOException {
        for (Fields row : Rows.golden("nbest.jsonl")) {
            EntityResolver resolver = Rows.resolver(row.text("bundle"));
            List<String> texts = new ArrayList<String>();
            double[] weights = new double[row.list("nbest").size()];
            List<EncodedText> encoded = new ArrayList<EncodedText>();
            for (int i = 0; i < weights.length; i++) {
                List<?> pair = (List<?>) row.list("nbest").get(i);
                texts.add((String) pair.get(0));
                weights[i] = ((Number) pair.get(1)).doubleValue();
                if (!CanonicalText.isBlank(texts.get(i))) {
                    byte[] vector = Rows.base64((String) row.list("vectors").get(i));
                    boolean readable = resolver.texts().canRead(texts.get(i));
                    encoded.add(new EncodedText(CanonicalText.ofRequest(texts.get(i)), vector, weights[i], readable));
                }
            }
            checkSteps(row, resolver, encoded, texts.isEmpty() ? "" : texts.get(0));
        }
    }

    /** What is computed from the golden vector must be equal. */
    private static void checkSteps(Fields row, EntityResolver resolver, List<EncodedText> encoded, String query) {
        int[] candidates = encoded.isEmpty() ? new int[0] : resolver.catalog().pool(encoded, Calibration.COMPARED, null).forms;
        assertArrayEquals(query, Rows.ints(row.list("candidates")), candidates);
        List<Candidate> ranked = Collections.emptyList();
        if (!encoded.isEmpty()) {
            ranked = resolver.catalog().ranked(encoded, Calibration.COMPARED, null);
        }
        assertEquals(query, row.list("ranking").size(), Math.min(K, ranked.size()));
        for (int i = 0; i < Math.min(K, ranked.size()); i++) {
            List<?> expected = (List<?>) row.list("ranking").get(i);
            assertEquals(query, expected.get(0), resolver.entities().get(ranked.get(i).entity).id);
            assertEquals(query, ((Number) expected.get(1)).doubleValue(), ranked.get(i).score, 0.001);
            checkParts(query, new Fields(row.list("parts").get(i)).map(), ranked.get(i));
        }
        AnswerBuilder builder = resolver.answerBuilder();
        Resolution answer = builder.resolution(
                query, resolver.catalog(), encoded, ranked, K, resolver.minPrecision(), builder.calibration(false));
        assertEquals(query, row.text("decision"), answer.decision.toString());
        assertEquals(query, row.whole("tied"), answer.tied());
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
}
