package edgeer;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
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
            int[][] sounds = new int[row.list("forms").size()][];
            List<String> spelled = new ArrayList<String>();
            List<String> forms = new ArrayList<String>();
            int[] every = new int[sounds.length];
            for (int form = 0; form < sounds.length; form++) {
                String text = (String) row.list("forms").get(form);
                every[form] = form;
                forms.add(text);
                spelled.add(soundCodes.of(text));
                sounds[form] = CodePoints.of(spelled.get(form));
            }
            String request = row.text("request");
            assertEquals(row.list("form_sounds"), spelled);
            assertEquals(row.text("without_carrier"), new Carriers(request, null).name());
            assertEquals(row.text("sounds"), soundCodes.of(request));
            NgramIndex ngrams = new NgramIndex(sounds, null);
            int[] shared = ngrams.shared(CodePoints.of(soundCodes.of(request)));
            int[] heard = new Misrecognition(row.text("lang"), forms).scores(new Carriers(request, null), every);
            assertArrayEquals(request, Rows.ints(row.list("heard_worth")), heard);
            assertArrayEquals(request, Rows.ints(row.list("shared_worth")), shared);
            for (int form = 0; form < sounds.length; form++) {
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
            WordIndex alone = new WordIndex(misrecognition, forms, new WordIndex(misrecognition, none, null));
            String request = row.text("request");
            assertEquals(new HashSet<Object>(row.list("common")), index.common);
            Carriers said = new Carriers(request, index);
            assertArrayEquals(request, Rows.ints(row.list("span")), new int[] {said.first, said.last});
            assertArrayEquals(request, scores(row.list("scores")), index.scores(said));
            assertArrayEquals(request, scores(row.list("scores_without_common")), alone.scores(new Carriers(request, alone)));
        }
    }

    private static int[] scores(List<Object> values) {
        int[] found = new int[values.size()];
        for (int form = 0; form < found.length; form++) {
            found[form] = values.get(form) == null ? WordIndex.NO_SCORE : Fields.whole(values.get(form), "score");
        }
        return found;
    }

    private static int whole(Fields row, String name, int at) {
        return Fields.whole(row.list(name).get(at), name);
    }
}
