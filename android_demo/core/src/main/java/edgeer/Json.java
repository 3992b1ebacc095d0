package edgeer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON text into {@code Map<String, Object>} (in the order of the text), {@code List<Object>}, {@link String}, {@link
 * Long} or {@link Double}, {@link Boolean} and null.
 */
final class Json {
    private static final int DEEPEST = Bounds.MANIFEST_LEVELS;
    private static final int SHORT = 24; // characters of texts that many lines may have: names of fields, tags, countries

    private final String text;
    private final String[] seen;
    private int at;
    private int depth;

    private Json(String text, @Nullable String[] seen) {
        this.text = text;
        this.seen = seen;
    }

    /**
     * The value that {@code text} holds.
     *
     * @throws IllegalArgumentException where it is no JSON, with the place
     */
    static Object parse(String text) {
        return parse(text, null);
    }

    /**
     * The same, with short texts that were seen before taken from {@code seen}, so that many lines share them.
     *
     * @param seen a place for each remainder of a hash; its length is a power of two
     */
    static Object parse(String text, @Nullable String[] seen) {
        Json json = new Json(text, seen);
        json.skipBlanks();
        Object value = json.value();
        json.skipBlanks();
        if (json.at < text.length()) {
            throw json.wrong("the end");
        }
        return value;
    }

    /** The object that {@code text} holds; throws as {@link #parse}. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> parseObject(String text) {
        Object value = parse(text);
        if (!(value instanceof Map)) {
            throw new IllegalArgumentException("expected an object");
        }
        return (Map<String, Object>) value;
    }

    private Object value() {
        char first = peek();
        switch (first) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> values = new LinkedHashMap<String, Object>();
        if (opens('}')) {
            do {
                skipBlanks();
                String name = string();
                skipBlanks();
                expect(':');
                skipBlanks();
                values.put(name, value());
            } while (goesOn('}'));
        }
        return values;
    }

    private List<Object> array() {
        List<Object> values = new ArrayList<Object>();
        if (opens(']')) {
            do {
                skipBlanks();
                values.add(value());
            } while (goesOn(']'));
        }
        return values;
    }

    /** Steps over the opening bracket; whether there is anything before the closing one. */
    private boolean opens(char closing) {
        at++;
        if (++depth > DEEPEST) {
            throw wrong("at most " + DEEPEST + " brackets in one another");
        }
        skipBlanks();
        if (peek() != closing) {
            return true;
        }
        at++;
        depth--;
        return false;
    }

    /** Steps over a comma or the closing bracket; whether it was a comma. */
    private boolean goesOn(char closing) {
        skipBlanks();
        char next = peek();
        if (next != ',' && next != closing) {
            throw wrong("',' or '" + closing + "'");
        }
        at++;
        if (next == closing) {
            depth--;
        }
        return next == ',';
    }

    private String string() {
        expect('"');
        int start = at;
        while (peek() != '"' && peek() != '\\') {
            at++;
        }
        if (peek() == '"') {
            at++;
            return piece(start, at - 1);
        }
        StringBuilder built = new StringBuilder(text.substring(start, at));
        while (peek() != '"') {
            char next = text.charAt(at++);
            built.append(next == '\\' ? escaped() : next);
        }
        at++;
        return built.toString();
    }

    /** A piece of the text, the same object as before if there was one and it is short. */
    private String piece(int start, int end) {
        if (seen == null || end - start > SHORT) {
            return text.substring(start, end);
        }
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        int place = (hash ^ hash >>> 15) & seen.length - 1;
        String before = seen[place];
        if (before == null || before.length() != end - start || !text.startsWith(before, start)) {
            seen[place] = text.substring(start, end);
        }
        return seen[place];
    }

    private char escaped() {
        char kind = peek();
        at++;
        int known = "\"\\/bfnrt".indexOf(kind);
        if (known >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        if (kind != 'u' || at + 4 > text.length()) {
            throw wrong("an escape");
        }
        int code = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = Character.digit(text.charAt(at), 16);
            if (digit < 0) {
                throw wrong("a hexadecimal digit");
            }
            code = code << 4 | digit;
        }
        return (char) code;
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("a value");
        }
        at += word.length();
        return value;
    }

    private Object number() {
        int start = at;
        boolean whole = true;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            whole &= ".eE".indexOf(text.charAt(at)) < 0;
            at++;
        }
        String digits = text.substring(start, at);
        try {
            if (whole && digits.length() < 19) {
                return Long.valueOf(digits);
            }
            Double value = Double.valueOf(digits);
            if (value.isInfinite()) {
                throw wrong("a number that is not too large");
            }
            return value;
        } catch (NumberFormatException error) {
            at = start;
            throw wrong("a value");
        }
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw wrong("'" + wanted + "'");
        }
        at++;
    }

    private IllegalArgumentException wrong(String expected) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new IllegalArgumentException("at character " + (at + 1) + ": expected " + expected + ", found " + found);
    }
}
