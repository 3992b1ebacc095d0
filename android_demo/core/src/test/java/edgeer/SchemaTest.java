package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

/** The schema of all JSON: what is wrong is named with its place, what was expected and what was found. */
public final class SchemaTest {
    /** What {@link Schema} knows; another word in the file would be a check that is silently left out. */
    private static final Set<String> WORDS = new HashSet<String>(
            Arrays.asList("type", "properties", "required", "additionalProperties", "maxProperties", "items", "minItems",
                    "maxItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum",
                    "exclusiveMaximum", "const", "enum", "anyOf", "allOf", "$ref"));

    private static void refused(String json, String name, String message) {
        try {
            Schema.named(name).check(Rows.json(json));
            fail(json);
        } catch (IllegalArgumentException error) {
            assertEquals(message, error.getMessage());
        }
    }

    @Test
    public void everyWordOfTheSchemaIsKnown() {
        Fields all = new Fields(Json.parse(Tables.bytes("schemas.json"))).object("$defs");
        for (Object schema : all.map().values()) {
            checkWords(schema);
        }
        assertTrue(all.map().size() > 20);
    }

    private static void checkWords(Object schema) {
        for (Map.Entry<?, ?> each : ((Map<?, ?>) schema).entrySet()) {
            assertTrue(each.getKey() + "", WORDS.contains(each.getKey()));
            if (each.getKey().equals("properties")) {
                for (Object inner : ((Map<?, ?>) each.getValue()).values()) {
                    checkWords(inner);
                }
            } else if (each.getValue() instanceof Map) {
                checkWords(each.getValue());
            } else if (each.getKey().equals("anyOf") || each.getKey().equals("allOf")) {
                for (Object inner : (List<?>) each.getValue()) {
                    checkWords(inner);
                }
            }
        }
    }

    @Test
    public void whatIsWrongIsNamed() {
        refused("[]", "entity", "expected an object, found []");
        refused("{\"id\": \"a\"}", "entity", "expected an object with name, found {id=a}");
        refused("{\"id\": \"\", \"name\": \"a\"}", "entity", "id: expected a text of 1 up, found ");
        refused("{\"id\": \"a\", \"name\": 3}", "entity", "name: expected a text of 1 to 1000, found 3");
        refused("{\"id\": \"a\", \"name\": \"b\", \"aliases\": [\"c\", 1]}", "entity",
                "aliases[1]: expected a text up to 1000, found 1");
        refused("{\"words\": 1.5}", "rerank", "words: expected a whole number from 0 to 10000, found 1.5");
        refused("{\"words\": true}", "rerank", "words: expected a whole number from 0 to 10000, found true");
        refused("{\"letter_match\": false}", "rerank", "letter_match: expected 0, found false");
        refused("{\"min_precision\": 1}", "calibration",
                "min_precision: expected a number above 0.0 and below 1.0, found 1");
        refused("{\"knots\": [[1, 2], [1]]}", "calibration", "knots[1]: expected a list of 2 to 2, found [1]");
        refused("{\"precision\": []}", "calibration", "precision: expected a list of 1 up, found []");
        refused("{\"dense\": {\"bias\": \"x\"}}", "calibrations",
                "dense.bias: expected a number from -1000000000 to 1000000000, found x");
        refused("{\"kind\": \"none\", \"scale\": 1}", "index", "kind: expected one of [exact, faiss], found none");
        refused("{\"id\": \"a\", \"popularity\": 1, \"b\": 2}", "popularity", "b: expected no such field, found 2");
        refused("{\"size\": -1, \"sha256\": \"\"}", "file", "size: expected a whole number from 0 up, found -1");
        refused("{\"size\": 1, \"sha256\": \"AB\"}", "file", "sha256: expected a text like ^[0-9a-f]{64}$, found AB");
    }

    @Test
    public void whatIsRightPasses() {
        Object counts = Schema.named("rerank").check(Rows.json("{\"words\": 3.0, \"heard\": 2e2, \"letter_edit\": 0.0}"));
        assertEquals("{words=3, heard=200, letter_edit=0}", counts.toString());
        Schema.named("personal_entry").check(Rows.json("{\"name\": \"a\", \"id\": null}"));
        String wide = new String(new char[1000]).replace("\0", "\ud83d\ude00"); // 1,000 characters, 2,000 units
        Schema.named("personal_entry").check(Rows.json("{\"name\": \"" + wide + "\"}"));
        Schema.named("card").check(Rows.json("{\"dim\": 1, \"max_tokens\": 2, \"vector_scale\": 1, \"head\": {}}"));
        Schema.named("card").check(Rows.json("{\"dim\": 1, \"max_tokens\": 2, \"vector_scale\": 1, \"head\": null}"));
    }
}
