package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.util.Arrays;
import java.util.Collections;
import org.junit.Test;

/** The JSON reader, on what is JSON and what is none. */
public final class JsonTest {
    @Test
    public void valuesAreRead() {
        assertEquals(
                Arrays.<Object>asList(1L, -2.5, true, false, null, "é\n\"\ud83d\ude00", 1e300),
                Rows.json(" [1, -2.5,true , false,null, \"é\\n\\\"\\ud83d\\ude00\", 1e300 ]\n"));
        assertEquals(Collections.singletonMap("a", Collections.emptyList()), Rows.json("{\"a\":[]}"));
        assertEquals(12345678901234567890.0, Rows.json("12345678901234567890"));
    }

    @Test
    public void anythingElseIsRefusedWithItsPlace() {
        String[] wrong = {
            "", " ", "{", "[1,", "[1 2]", "{\"a\"}", "{a:1}", "\"a", "\"\\x\"", "\"\\u12g4\"", "tru", "nul", "-", "1e999",
            "[] []", "{\"a\":1,}", "+", "NaN", "]", "01", "+1", "1.", ".5", "1e", "1e+", "-x", "00", "\"a\nb\"", "\"\\ud800\"", "[\"\\udc00\\ud800\"]",
            "\"\\u123\"", "tru", "nulll"
        };
        for (String text : wrong) {
            try {
                Rows.json(text);
                fail(text);
            } catch (IllegalArgumentException error) {
                assertTrue(text, error.getMessage().startsWith("at byte "));
            }
        }
    }

    @Test
    public void aTextCutAnywhereIsRefused() {
        String text = "{\"a\": [1.5, \"b\\u00e9\", {\"c\": null}], \"d\": true}";
        for (int length = 0; length < text.length(); length++) {
            try {
                Rows.json(text.substring(0, length));
                fail(text.substring(0, length));
            } catch (IllegalArgumentException error) {
                assertTrue(error.getMessage(), error.getMessage().contains("expected"));
            }
        }
    }
}
