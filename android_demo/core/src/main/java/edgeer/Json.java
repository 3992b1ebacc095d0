package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON in UTF-8 into {@code Map<String, Object>} (in the order of the text), {@code List<Object>}, {@link String}, {@link
 * Long} or {@link Double}, {@link Boolean} and null. It stays where it lies: nothing is copied but what values hold.
 */
final class Json {
    private static final int DEEPEST = Bounds.MANIFEST_LEVELS;
    private static final int SHORT = 24; // bytes of texts that many lines may have: names of fields, tags, countries

    private final byte[] text;
    private final String[] seen;
    private boolean halves; // whether texts may have half of a character
    private int end;
    private int at;
    private int depth;

    /**
     * @param seen short texts that were seen before, so that many lines share them: a place for each remainder of a hash, whose
     *     number is a power of two; null for none
     */
    Json(byte[] text, @Nullable String[] seen) {
        this.text = text;
        this.seen = seen;
    }

    /**
     * The value that {@code text} holds.
     *
     * @throws IllegalArgumentException where it is no JSON, or a text is not UTF-8 or has half of a character, with the place
     */
    static Object parse(byte[] text) {
        return new Json(text, null).parse(0, text.length);
    }

    /** The same of requests, which may have half of a character, as no file of a bundle may. */
    static Object parseRequest(byte[] text) {
        Json json = new Json(text, null);
        json.halves = true;
        return json.parse(0, text.length);
    }

    /** The value in a part of the text. Throws as {@link #parse(byte[])}. */
    Object parse(int start, int stop) {
        at = start;
        end = stop;
        depth = 0;
        skipBlanks();
        Object value = value();
        skipBlanks();
        if (at < end) {
            throw wrong("the end");
        }
        return value;
    }

    private Object value() {
        switch (peek()) {
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
        Map<String, Object> values = new LinkedHashMap<String, Object>(8);
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
        List<Object> values = new ArrayList<Object>(4);
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
        if (follows(',', ',')) {
            return true;
        }
        expect(closing);
        depth--;
        return false;
    }

    private String string() {
        expect('"');
        StringBuilder built = null;
        while (true) {
            int start = at;
            byte next = peek();
            while (next != '"' && next != '\\') {
                if (next >= 0 && next < ' ') {
                    throw wrong("an escape");
                }
                at++;
                next = peek();
            }
            at++;
            if (next == '"' && built == null) {
                return piece(start, at - 1);
            }
            built = built == null ? new StringBuilder() : built;
            built.append(decoded(start, at - 1));
            if (next == '"') {
                return whole(built.toString());
            }
            built.append(escaped());
        }
    }

    /** A piece of the text, the same object as before if there was one and it is short. */
    private String piece(int start, int stop) {
        if (seen == null || stop - start > SHORT) {
            return decoded(start, stop);
        }
        int hash = stop - start;
        for (int i = start; i < stop; i++) {
            hash = 31 * hash + text[i];
        }
        int place = (hash ^ hash >>> 15) & seen.length - 1;
        String before = seen[place] == null ? "" : seen[place];
        boolean same = before.length() == stop - start;
        for (int i = start; same && i < stop; i++) {
            same = before.charAt(i - start) == text[i];
        }
        seen[place] = same ? before : decoded(start, stop);
        return seen[place];
    }

    private String decoded(int start, int stop) {
        String value = new String(text, start, stop - start, Bundle.UTF_8);
        if (value.indexOf('\ufffd') >= 0 && !Arrays.equals(value.getBytes(Bundle.UTF_8), Arrays.copyOfRange(text, start, stop))) {
            throw wrong("UTF-8");
        }
        return value;
    }

    /** A text that was put together of escapes. */
    private String whole(String value) {
        for (int i = 0; i < value.length() && !halves; i++) {
            if (Character.isSurrogate(value.charAt(i)) && value.codePointAt(i++) < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
                throw wrong("no half of a character");
            }
        }
        return value;
    }

    private char escaped() {
        byte kind = peek();
        at++;
        int known = "\"\\/bfnrtu".indexOf(kind);
        if (known < 0) {
            throw wrong("an escape");
        } else if (kind != 'u') {
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw wrong("a hexadecimal digit");
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    private Object word(String word, Object value) {
        for (char letter : word.toCharArray()) {
            expect(letter);
        }
        return value;
    }

    private Object number() {
        int start = at;
        boolean negative = follows('-', '-');
        boolean zero = at < end && text[at] == '0';
        int first = at;
        long whole = digits();
        boolean isWhole = at - first < 19;
        if (zero && at - first > 1) {
            throw wrong("no 0 before other digits");
        }
        if (follows('.', '.')) {
            digits();
            isWhole = false;
        }
        if (follows('e', 'E')) {
            follows('-', '+');
            digits();
            isWhole = false;
        }
        if (isWhole) {
            return negative ? -whole : whole;
        }
        double value = Double.parseDouble(new String(text, start, at - start, Bundle.UTF_8));
        if (Double.isInfinite(value)) {
            throw wrong("a number that is not too large");
        }
        return value;
    }

    /** Steps over digits, at least one; the number that they make, as far as there is room for it. */
    private long digits() {
        long number = 0;
        int start = at;
        for (; at < end && text[at] >= '0' && text[at] <= '9'; at++) {
            number = 10 * number + text[at] - '0';
        }
        if (at == start) {
            throw wrong("a value");
        }
        return number;
    }

    /** Steps over one of two letters, if it is next. */
    private boolean follows(char one, char other) {
        int before = at;
        at += at < end && (text[at] == one || text[at] == other) ? 1 : 0;
        return at > before;
    }

    private void skipBlanks() {
        while (at < end && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
            at++;
        }
    }

    private byte peek() {
        if (at >= end) {
            throw wrong("more");
        }
        return text[at];
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw wrong("'" + wanted + "'");
        }
        at++;
    }

    private IllegalArgumentException wrong(String expected) {
        String found = at < end ? "'" + (char) text[at] + "'" : "the end";
        return new IllegalArgumentException("at byte " + (at + 1) + ": expected " + expected + ", found " + found);
    }
}
