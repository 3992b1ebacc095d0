package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** Suggestions while a text is typed: the golden rows, and what an app sees. */
public final class SuggestTest {
    private static final int K = 5;
    private static final int ENTITIES = 100; // more than any row has

    private static FormSuggestions set(Fields row, String name, FormSuggestions base) {
        List<Object> listed = row.list(name);
        List<String> forms = new ArrayList<String>();
        int[] owners = new int[listed.size()];
        int[] demand = new int[listed.size()];
        for (int form = 0; form < owners.length; form++) {
            List<?> cells = (List<?>) listed.get(form);
            forms.add((String) cells.get(0));
            owners[form] = Fields.whole(cells.get(1));
            demand[form] = Fields.whole(cells.get(2));
        }
        boolean bySound = (Boolean) row.map().get("by_sound");
        NgramIndex ngrams = bySound && base == null ? FormSuggestions.ngramsOf(forms, row.text("lang"), null) : null;
        return new FormSuggestions(forms, owners, demand, row.text("lang"), ngrams, base);
    }

    @Test
    public void suggestionsAreThoseOfTheGoldenRows() throws IOException {
        int compared = 0;
        for (Fields row : Rows.golden("suggest.jsonl")) {
            boolean[] allowed = row.map().get("allowed") == null ? null : new boolean[ENTITIES];
            for (int i = 0; allowed != null && i < row.list("allowed").size(); i++) {
                allowed[Fields.whole(row.list("allowed").get(i))] = true;
            }
            List<FormSuggestions> sets = new ArrayList<FormSuggestions>();
            sets.add(set(row, "catalog", null));
            if (!row.list("own").isEmpty()) {
                sets.add(set(row, "own", sets.get(0)));
            }
            Map<Integer, Integer> favour = new HashMap<Integer, Integer>();
            for (Object each : row.list("favour")) {
                List<?> pair = (List<?>) each;
                favour.put(Fields.whole(pair.get(0)), FormSuggestions.favour(Fields.whole(pair.get(1))));
            }
            String text = CanonicalText.of(row.text("text"));
            assertEquals(row.text("canonical"), text);
            boolean finished = (Boolean) row.map().get("finished");
            List<Object> found = new ArrayList<Object>();
            for (FormSuggestions.Found each :
                    FormSuggestions.suggested(sets, text, finished, K, row.whole("numbers"), favour, allowed)) {
                found.add(Arrays.<Object>asList((long) each.entity, (long) each.form, (long) each.score));
            }
            assertEquals(row.text("text"), row.list("suggestions").toString(), found.toString());
            compared++;
        }
        assertEquals(364, compared);
    }

    @Test
    public void whatIsTypedIsCompleted() {
        EntityResolver resolver = Rows.resolver("radio_es");
        Suggestion first = resolver.suggest("pon la cadena s").get(0);
        assertEquals("Cadena SER", first.completed);
        assertEquals(first.id, resolver.suggest("cadnea s", 1).get(0).id);
        assertEquals(first.id, resolver.suggest("Cadena SER ").get(0).id);
        assertTrue(first.metadata.containsKey("streams"));
        assertTrue(resolver.suggest("").isEmpty());
    }

    @Test
    public void ownEntriesAndFavoursCount() {
        EntityResolver resolver = Rows.resolver("radio_es");
        String ser = resolver.suggest("cadena ser").get(0).id;
        PersonalResolver mine = resolver.withEntries(Arrays.asList(Entity.named("Cadenita"), new Entity(ser, "Desayuno")));
        assertEquals("Cadenita", mine.suggest("cadeni").get(0).name);
        assertEquals("Desayuno", mine.suggest("desay").get(0).completed);
        assertEquals("Cadena SER", mine.suggest("desay").get(0).name);
        mine.favour(Collections.singletonMap(ser, 3.0));
        assertEquals(1, mine.suggest("").size());
        assertEquals("Cadena SER", mine.suggest("").get(0).completed);
    }

    @Test
    public void wrongArgumentsAreRefused() {
        for (int topK : new int[] {0, 1}) {
            try {
                Rows.resolver("radio_es").suggest(topK == 0 ? "x" : null, topK);
                fail("suggested");
            } catch (IllegalArgumentException error) {
                assertTrue(error.getMessage(), error.getMessage().startsWith("expected"));
            }
        }
    }
}
