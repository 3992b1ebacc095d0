package edgeer;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** Canonical text, sounds, words and what was heard, against the golden files that all runtimes read. */
public final class GoldenTextTest {
    @Test
    public void canonicalTextIsThatOfPython() throws IOException {
        List<Fields> rows = Rows.golden("normalization.jsonl");
        assertTrue(rows.size() > 100);
        for (Fields row : rows) {
            assertEquals(row.text("text"), row.text("canonical"), CanonicalText.of(row.text("text")));
            assertEquals("twice", row.text("canonical"), CanonicalText.of(row.text("canonical")));
        }
    }

    @Test
    public void evidenceOfSoundsAndHearingIsThatOfPython() throws IOException {
        List<Fields> rows = Rows.golden("lexical.jsonl");
        assertTrue(rows.size() > 20);
        for (Fields row : rows) {
            SoundCodes soundCodes = new SoundCodes(row.text("lang"));
            List<String> spelled = new ArrayList<String>();
            List<String> forms = new ArrayList<String>();
            int[] every = new int[row.list("forms").size()];
            for (int form = 0; form < every.length; form++) {
                String text = (String) row.list("forms").get(form);
                every[form] = form;
                forms.add(text);
                spelled.add(soundCodes.of(text));
            }
            String request = row.text("request");
            assertEquals(row.list("form_sounds"), spelled);
            assertEquals(row.text("without_carrier"), new Carriers(request, null).name());
            assertEquals(row.text("sounds"), soundCodes.of(request));
            NgramIndex ngrams = new NgramIndex(forms, soundCodes, null);
            int[] shared = ngrams.shared(CodePoints.of(soundCodes.of(request)));
            int[] heard = new Misrecognition(row.text("lang"), forms).scores(new Carriers(request, null), every);
            assertArrayEquals(request, Rows.ints(row.list("heard_worth")), heard);
            assertArrayEquals(request, Rows.ints(row.list("shared_worth")), shared);
            for (int form = 0; form < every.length; form++) {
                assertEquals(whole(row, "form_worth", form), ngrams.total(form));
            }
        }
    }

    @Test
    public void wordScoresAreThoseOfPython() throws IOException {
        List<Fields> rows = Rows.golden("words.jsonl");
        assertTrue(rows.size() > 50);
        for (Fields row : rows) {
            List<String> forms = new ArrayList<String>();
            for (Object form : row.list("forms")) {
                forms.add((String) form);
            }
            Misrecognition misrecognition = new Misrecognition(row.text("lang"), forms);
            WordIndex index = new WordIndex(misrecognition, forms, null);
            List<String> none = Collections.emptyList();
            List<String> often = new ArrayList<String>(); // no word of them is rare
            for (int time = 0; time < 9; time++) {
                often.addAll(forms);
            }
            WordIndex alone = new WordIndex(misrecognition, forms, new WordIndex(misrecognition, none, null));
            WordIndex beside = new WordIndex(misrecognition, forms, new WordIndex(misrecognition, often, null));
            String request = row.text("request");
            assertEquals(new HashSet<Object>(row.list("common")), index.common);
            Carriers said = new Carriers(request, index);
            assertArrayEquals(request, Rows.ints(row.list("span")), new int[] {said.first, said.last});
            WordScores found = index.scores(said, scratch(row));
            assertArrayEquals(request, scores(row.list("scores")), found.scores);
            assertEquals(request, row.list("phrases"), marked(found.phrase));
            assertEquals(request, row.list("in_part"), marked(found.part));
            assertArrayEquals(request, scores(row.list("scores_without_common")), alone.scores(new Carriers(request, alone), scratch(row)).scores);
            assertArrayEquals(request, scores(row.list("scores_without_rare")), beside.scores(new Carriers(request, beside), scratch(row)).scores);
        }
    }

    @Test
    public void numbersAreReadAsInPython() throws IOException {
        List<Fields> rows = Rows.golden("numbers.jsonl");
        assertTrue(rows.size() > 300);
        for (Fields row : rows) {
            List<String> names = new ArrayList<String>();
            for (Object name : row.list("names")) {
                names.add((String) name);
            }
            Numbers numbers = new Numbers(row.text("lang"));
            String text = row.text("text");
            assertEquals(text, row.text("in_figures"), numbers.inFigures(text));
            WordIndex words = new WordIndex(new Misrecognition(row.text("lang"), names), names, null);
            assertEquals(text, row.list("readings"), numbers.otherReadings(text, words));
            assertEquals(text, row.map().get("sure"), Numbers.isSure(text, row.text("in_figures")));
        }
    }

    private static Scratch scratch(Fields row) {
        return new Scratch.Keeper(row.list("forms").size()).take();
    }

    @Test
    public void featuresAreThoseOfPython() throws IOException {
        List<Fields> rows = Rows.golden("features.jsonl");
        assertTrue(rows.size() > 50);
        for (Fields row : rows) {
            final List<Object> forms = row.list("forms");
            final int entities = row.whole("entities");
            List<EncodedText> texts = new ArrayList<EncodedText>();
            for (Object each : row.list("texts")) {
                List<?> pair = (List<?>) each;
                texts.add(new EncodedText((String) pair.get(0), null, ((Number) pair.get(1)).doubleValue()));
            }
            List<Candidate> ranked = new ArrayList<Candidate>();
            for (int form = 0; form < forms.size(); form++) {
                double[] parts = new double[Candidate.PARTS.length];
                parts[Candidate.DENSE] = row.number("cosine");
                parts[Candidate.HEARD] = row.number("heard");
                ranked.add(new Candidate(form, form, 0, parts));
            }
            Map<String, Object> wanted = row.object("features").map();
            Misrecognition misrecognition = new Misrecognition(row.text("lang"), Collections.<String>emptyList());
            String weights = "{\"heard\": 1, \"numbers\": " + row.whole("numbers") + "}";
            RerankWeights rerank = new RerankWeights(new Fields(Rows.json(weights)));
            Features features = new Features(wanted.keySet(), 1, rerank, row.text("lang"), misrecognition);
            Catalog catalog = new Forms(forms, entities);
            Features.Utterance utterance = features.utterance(catalog, texts, ranked);
            double[] scores = new double[forms.size()];
            for (int form = 0; form < scores.length; form++) {
                scores[form] = ((Number) row.list("scores").get(form)).doubleValue();
            }
            Equals equals = features.equals(utterance, catalog, ranked, scores);
            String said = row.list("texts").toString();
            assertEquals(said, ((Number) row.list("equals").get(0)).intValue(), equals.count);
            assertEquals(said, row.list("equals").get(1), equals.shared);
            Map<String, Double> found = features.of(catalog, ranked.get(0), utterance, equals);
            assertEquals(wanted.keySet(), found.keySet());
            for (Map.Entry<String, Object> each : wanted.entrySet()) {
                double value = ((Number) each.getValue()).doubleValue();
                assertEquals(row.list("texts") + " " + each.getKey(), value, found.get(each.getKey()), 1e-6);
            }
        }
    }

    /** Forms alone. */
    private static final class Forms implements Catalog {
        private final List<Object> forms;
        private final int entities;

        Forms(List<Object> forms, int entities) {
            this.forms = forms;
            this.entities = entities;
        }

        @Override
        public List<FormSuggestions.Found> suggested(String text, boolean finished, int k, boolean[] allowed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String form(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int size() {
            return entities;
        }

        @Override
        public String canonicalForm(int index) {
            return (String) forms.get(index);
        }

        @Override
        public List<Candidate> ranked(List<EncodedText> texts, int k, boolean[] allowed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Pool pool(List<EncodedText> texts, int k, boolean[] allowed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Entity entity(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Object> metadata(int index) {
            throw new UnsupportedOperationException();
        }
    }

    private static List<Object> marked(boolean[] marks) {
        List<Object> places = new ArrayList<Object>();
        for (int form = 0; form < marks.length; form++) {
            if (marks[form]) {
                places.add((long) form);
            }
        }
        return places;
    }

    private static int[] scores(List<Object> values) {
        int[] found = new int[values.size()];
        for (int form = 0; form < found.length; form++) {
            found[form] = values.get(form) == null ? WordIndex.NO_SCORE : Fields.whole(values.get(form));
        }
        return found;
    }

    private static int whole(Fields row, String name, int at) {
        return Fields.whole(row.list(name).get(at));
    }
}
