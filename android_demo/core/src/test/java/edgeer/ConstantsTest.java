package edgeer;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** The numbers in the code are those of {@code edge_er/data/constants.json}, and defaults do what the golden rows say. */
public final class ConstantsTest {
    private static Map<String, Object> own() {
        Map<String, Object> own = new LinkedHashMap<String, Object>();
        own.put("misrecognition.bit", Misrecognition.BIT);
        own.put("misrecognition.left", Alignment.LEFT);
        own.put("misrecognition.border", Alignment.BORDER);
        own.put("misrecognition.spared", Alignment.SPARED);
        own.put("misrecognition.unheard_of", MisrecognitionCosts.UNHEARD_OF);
        own.put("misrecognition.foreign_same", MisrecognitionCosts.FOREIGN_SAME);
        own.put("misrecognition.foreign_lost", MisrecognitionCosts.FOREIGN_LOST);
        own.put("misrecognition.foreign_added", MisrecognitionCosts.FOREIGN_ADDED);
        own.put("misrecognition.foreign_usual", MisrecognitionCosts.FOREIGN_USUAL);
        own.put("misrecognition.codes", MisrecognitionCosts.CODES);
        own.put("misrecognition.edge", MisrecognitionCosts.EDGE);
        own.put("words.weak_gain", WordValues.WEAK_GAIN);
        own.put("words.left", WordRequest.LEFT);
        own.put("words.carrier_left", WordRequest.CARRIER_LEFT);
        own.put("words.sentence", WordIndex.SENTENCE);
        own.put("words.omitted", WordValues.OMITTED);
        own.put("words.omitted_number", WordValues.OMITTED_NUMBER);
        own.put("words.omitted_filler", WordValues.OMITTED_FILLER);
        own.put("words.omitted_common", WordValues.OMITTED_COMMON);
        own.put("words.omitted_frequency", WordValues.OMITTED_FREQUENCY);
        own.put("words.omitted_most", WordIndex.OMITTED_MOST);
        own.put("words.rare_gain", WordIndex.RARE_GAIN);
        own.put("words.rare_left", WordIndex.RARE_LEFT);
        own.put("words.rare_letters", WordValues.RARE_LETTERS);
        own.put("words.rare_most", WordValues.RARE_MOST);
        own.put("words.common_share", WordValues.COMMON_SHARE);
        own.put("words.common_least", WordValues.COMMON_LEAST);
        own.put("words.alias", TiedForms.ALIAS);
        own.put("words.demand", TiedForms.DEMAND);
        own.put("words.demand_most", TiedForms.DEMAND_MOST);
        own.put("words.weak_forms", WordIndex.WEAK_FORMS);
        own.put("suggest.said", Completions.SAID);
        own.put("suggest.unsaid", Completions.UNSAID);
        own.put("suggest.begins", Completions.BEGINS);
        own.put("suggest.alias", FormSuggestions.ALIAS);
        own.put("suggest.demand", FormSuggestions.DEMAND);
        own.put("suggest.favour_most", FormSuggestions.FAVOUR_MOST);
        own.put("suggest.similar", FormSuggestions.SIMILAR);
        own.put("suggest.similar_share", FormSuggestions.SIMILAR_SHARE);
        own.put("carriers.longest", Carriers.LONGEST);
        own.put("carriers.calls", Carriers.CALLS);
        own.put("carriers.closes", Carriers.CLOSES);
        own.put("evidence.short_form", FormEvidence.SHORT_FORM);
        own.put("evidence.shares", FormEvidence.SHARES);
        own.put("vectors.clip", Vectors.CLIP);
        own.put("head.steps", PairHead.STEPS);
        own.put("decision.compared", Calibration.COMPARED);
        own.put("decision.sharing", Calibration.SHARING);
        own.put("decision.sharing_words", Equals.SHARING_WORDS);
        own.put("decision.sharing_left", Equals.SHARING_LEFT);
        own.put("decision.sharing_meant", Equals.SHARING_MEANT);
        own.put("decision.sounding_alike", Equals.SOUNDING_ALIKE);
        own.put("decision.sounding_letters", Equals.SOUNDING_LETTERS);
        own.put("decision.top_k", EntityResolver.TOP_K);
        own.put("selftest.score_tolerance", Golden.SCORE_TOLERANCE);
        own.put("bounds.raw_text", Bounds.RAW_TEXT);
        own.put("bounds.text", Bounds.TEXT);
        own.put("bounds.texts", Bounds.TEXTS);
        own.put("bounds.filter_values", Bounds.FILTER_VALUES);
        own.put("bounds.manifest_bytes", Bounds.MANIFEST_BYTES);
        own.put("bounds.manifest_levels", Bounds.MANIFEST_LEVELS);
        own.put("entity.longest_name", Entity.LONGEST_NAME);
        own.put("entity.longest_spoken", Entity.LONGEST_SPOKEN);
        own.put("entity.id_digits", Entity.ID_DIGITS);
        own.put("personal.most", PersonalResolver.MOST);
        putDefaults(own);
        return own;
    }

    /** What an empty manifest gives. */
    private static void putDefaults(Map<String, Object> own) {
        RerankWeights weights = new RerankWeights(Fields.EMPTY);
        own.put("rerank.words", weights.words);
        own.put("rerank.numbers", weights.numbers);
        own.put("rerank.sound_pieces", weights.soundPieces);
        own.put("rerank.dense_forms", weights.denseForms);
        own.put("rerank.sound_forms", weights.soundForms);
        own.put("rerank.heard", weights.heard);
        own.put("rerank.popularity", weights.popularity);
        own.put("rerank.head", weights.head);
        own.put("rerank.head_forms", weights.headForms);
        own.put("rerank.head_margin", weights.headMargin);
        Calibration calibration = new Calibration(Fields.EMPTY);
        own.put("calibration.weights", calibration.weights);
        own.put("calibration.choice", calibration.choice);
        own.put("calibration.bias", calibration.bias);
        own.put("calibration.temperature", calibration.temperature);
        own.put("calibration.spread", calibration.spread);
        own.put("calibration.rival", calibration.rival);
        own.put("calibration.twin", calibration.twin);
        own.put("calibration.min_precision", calibration.minPrecision);
        own.put("calibration.knots", points(calibration.knots));
        own.put("calibration.precision", points(calibration.precision));
    }

    private static List<List<Double>> points(double[][] curve) {
        List<List<Double>> points = new ArrayList<List<Double>>();
        for (double[] point : curve) {
            List<Double> pair = new ArrayList<Double>();
            pair.add(point[0]);
            pair.add(point[1]);
            points.add(pair);
        }
        return points;
    }

    /** Whole numbers as others, so that 8 and 8.0 are equal. */
    private static Object doubles(Object value) {
        return value instanceof Number ? (Object) ((Number) value).doubleValue() : value;
    }

    @Test
    public void theCodeHasTheNumbersOfTheFile() throws IOException {
        byte[] data = Sources.readAll(new FileInputStream(Rows.file("edge_er/data/constants.json")));
        Map<String, Object> expected = new LinkedHashMap<String, Object>();
        Fields file = new Fields(Json.parse(data));
        for (String section : file.map().keySet()) {
            if (!section.equals("candidates")) { // counts that a bundle is built with, which only Python does
                for (Map.Entry<String, Object> each : file.object(section).map().entrySet()) {
                    expected.put(section + "." + each.getKey(), each.getValue());
                }
            }
        }
        Map<String, Object> own = own();
        assertEquals(expected.keySet(), new java.util.HashSet<String>(own.keySet()));
        for (String name : own.keySet()) {
            assertEquals(name, doubles(expected.get(name)), doubles(own.get(name)));
        }
    }

    @Test
    public void emptySectionsDoWhatTheGoldenRowsSay() throws IOException {
        int calibrated = 0;
        int ranked = 0;
        for (Fields row : Rows.golden("defaults.jsonl")) {
            if (row.text("section").equals("calibration")) {
                checkCalibration(row);
                calibrated++;
            } else {
                checkRanking(row, row.object("values"));
                ranked++;
            }
        }
        assertEquals(true, calibrated > 40 && ranked > 2);
    }

    @Test
    public void wordsBringCandidatesAndCountAsTheGoldenRowsSay() throws IOException {
        List<Fields> rows = Rows.golden("word_requests.jsonl");
        assertEquals(true, rows.size() >= 12);
        for (Fields row : rows) {
            checkRanking(row, row.object("rerank"));
        }
    }

    private static void checkCalibration(Fields row) {
        Calibration calibration = new Calibration(row.object("values"));
        double[] scores = numbers(row.list("scores"));
        Map<String, Double> signs = new LinkedHashMap<String, Double>();
        signs.put("cosine", row.number("cosine"));
        signs.put("number", row.number("number"));
        double wanted = row.has("min_precision") ? row.number("min_precision") : calibration.minPrecision;
        assertArrayEquals(numbers(row.list("confidences")), calibration.confidences(scores, signs), 0.000001);
        assertEquals(row.text("decision"), calibration.decide(scores, signs, wanted).toString());
        assertEquals(row.whole("tied"), calibration.tied(scores));
    }

    private static void checkRanking(Fields row, Fields values) {
        RerankWeights weights = new RerankWeights(values);
        int[] owners = Rows.ints(row.list("owners"));
        int[] demand = new int[owners.length];
        byte[] query = bytes(row.list("vector"));
        byte[] vectors = new byte[owners.length * query.length];
        List<String> forms = new ArrayList<String>();
        for (int form = 0; form < owners.length; form++) {
            forms.add((String) row.list("forms").get(form));
            demand[form] = Fields.whole(row.list("demand").get(owners[form]));
            List<?> vector = (List<?>) row.list("vectors").get(form);
            for (int i = 0; i < query.length; i++) {
                vectors[form * query.length + i] = ((Number) vector.get(i)).byteValue();
            }
        }
        FormEvidence evidence = new FormEvidence(
                forms,
                owners,
                new Vectors(vectors, query.length),
                row.text("lang"),
                weights,
                weights.asksForDemand() ? demand : null,
                null,
                null);
        List<EncodedText> texts = Collections.singletonList(new EncodedText(row.text("request"), query, 1));
        int k = row.list("ranking").size();
        Pool pool = evidence.pool(texts, k, null);
        assertArrayEquals(row.text("request"), Rows.ints(row.list("candidates")), pool.forms);
        List<Candidate> found = Ranking.best(pool, texts, k, weights, null);
        for (int i = 0; i < k; i++) {
            List<?> expected = (List<?>) row.list("ranking").get(i);
            assertEquals(((Number) expected.get(0)).intValue(), found.get(i).entity);
            assertEquals(((Number) expected.get(1)).doubleValue(), found.get(i).score, 0);
            assertEquals(Fields.whole(row.list("forms_of_ranking").get(i)), found.get(i).form);
            if (row.has("parts")) {
                checkParts(new Fields(row.list("parts").get(i)), found.get(i));
            }
        }
    }

    private static void checkParts(Fields expected, Candidate found) {
        for (int part = 0; part < found.parts.length; part++) {
            String name = Candidate.PARTS[part];
            assertEquals(name, expected.has(name) ? expected.number(name) : 0, found.parts[part], 0);
        }
    }

    private static double[] numbers(List<Object> values) {
        double[] found = new double[values.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = ((Number) values.get(i)).doubleValue();
        }
        return found;
    }

    private static byte[] bytes(List<Object> values) {
        byte[] found = new byte[values.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = ((Number) values.get(i)).byteValue();
        }
        return found;
    }
}
