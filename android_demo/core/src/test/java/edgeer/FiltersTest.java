package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** Filters, explanations and batches; what they answer is compared with Python in tests/android/test_java_filters.py. */
public final class FiltersTest {
    private static final EntityResolver ES = Rows.resolver("radio_es");

    private static Entity entity(String id, Object country, Object tags) {
        Map<String, Object> metadata = new LinkedHashMap<String, Object>();
        metadata.put("country", country);
        metadata.put("tags", tags);
        return new Entity(id, "gym " + id, Collections.<String>emptyList(), Collections.<String>emptyList(), metadata);
    }

    private static final EntityResolver MINE = ES.withEntries(Arrays.asList(
            entity("a", "xa", Arrays.<Object>asList("red", 1L)),
            entity("b", "xb", Arrays.<Object>asList("blue", true)),
            entity("c", null, Collections.emptyList())));

    private static String allowed(Map<String, ?> where, String... ids) {
        List<String> wanted = ids.length == 0 ? null : Arrays.asList(ids);
        boolean[] allowed = Filters.allowed(MINE.catalog(), where, wanted);
        StringBuilder found = new StringBuilder();
        for (int i = ES.entities().size(); i < allowed.length; i++) {
            found.append(allowed[i] ? MINE.catalog().entity(i).id : "");
        }
        return found.toString();
    }

    private static Map<String, Object> where(String field, Object value) {
        return Collections.singletonMap(field, value);
    }

    @Test
    public void valuesAreComparedAsInPython() {
        assertNull(Filters.allowed(MINE.catalog(), null, null));
        assertEquals("a", allowed(where("country", "xa")));
        assertEquals("ab", allowed(where("country", Arrays.asList("xa", "xb", "es-none"))));
        assertEquals("c", allowed(where("country", null)));
        assertEquals("a", allowed(where("tags", 1.0)));
        assertEquals("b", allowed(where("tags", true)));
        assertEquals("", allowed(where("tags", Collections.emptyList())));
        assertEquals("", allowed(where("country", "XA")));
        assertEquals("bc", allowed(null, "b", "c", "nobody"));
        assertEquals("b", allowed(where("country", Arrays.asList("xa", "xb")), "b", "c"));
        assertEquals("abc", allowed(Collections.<String, Object>emptyMap()));
    }

    @Test
    public void whatFitsNothingIsAnError() {
        for (Map<String, Object> wrong : Arrays.asList(
                where("colour", "red"), where("streams", "x"), where("country", Collections.singletonMap("a", 1)))) {
            try {
                ES.resolve("radio", new ResolveOptions().where(wrong));
                fail("expected an error for " + wrong);
            } catch (FilterException error) {
                assertTrue(error.getMessage(), error.getMessage().contains("expected") || error.getMessage().contains("has:"));
            }
        }
        assertEquals(0, ES.resolve("radio", new ResolveOptions().ids(Collections.<String>emptyList())).matches.size());
    }

    @Test
    public void aBatchIsOneAnswerEach() {
        List<String> queries = Arrays.asList("pon la cadena ser", "", "onda zero");
        List<Resolution> found = ES.resolveBatch(queries, new ResolveOptions().topK(2));
        for (int i = 0; i < queries.size(); i++) {
            Resolution alone = ES.resolve(queries.get(i), 2);
            assertEquals(alone.decision, found.get(i).decision);
            assertEquals(alone.matches.size(), found.get(i).matches.size());
        }
    }

    @Test
    public void explanationsSumUp() {
        List<Explanation> found = ES.explain("pon la cadena ser", new ResolveOptions().topK(3));
        List<Match> matches = ES.resolve("pon la cadena ser", 3).matches;
        for (int i = 0; i < matches.size(); i++) {
            Explanation each = found.get(i);
            assertEquals(matches.get(i).id, each.id);
            double sum = 0;
            for (double part : each.parts.values()) {
                sum += part;
            }
            assertEquals(each.score, sum, 1e-9);
            assertEquals(i + 1 < matches.size() ? each.score - found.get(i + 1).score : each.margin, each.margin, 1e-9);
        }
        assertEquals(Collections.<Explanation>emptyList(), ES.explain(" ", new ResolveOptions()));
    }

    @Test
    public void aClosedResolverThatHoldsNothingStillAnswers() {
        ES.close();
        assertEquals(Decision.MATCH, ES.resolve("pon la cadena ser").decision);
    }
}
