package edgeer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Text to canonical text: lower case, no accents or punctuation, single spaces; digits apart from letters, spelled letters
 * joined.
 *
 * <p>The rules are those of {@code edge_er/text/canonical.py}, read from the same table ({@code unicode.txt}), and {@code
 * tests/golden/normalization.jsonl} pins them.
 */
public final class CanonicalText {
    private static final String BLANKS =
            "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
                    + "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private static final int AT_ONCE = 2048;
    private static final int BESIDE_THE_END = 64;

    /** The table is read when it is first asked for, once. */
    private static final class Table {
        static final Table ONLY = new Table();

        final Map<Integer, String> replaced = new HashMap<Integer, String>(8192);
        final List<int[]> kept = new ArrayList<int[]>();

        private Table() {
            for (String line : Tables.lines("unicode.txt", null)) {
                if (line.startsWith("keep ")) {
                    for (String span : line.substring(5).trim().split(" ")) {
                        String[] ends = span.split("-");
                        kept.add(new int[] {Integer.parseInt(ends[0], 16), Integer.parseInt(ends[ends.length - 1], 16)});
                    }
                } else if (line.startsWith("map ")) {
                    int equals = line.indexOf('=');
                    replaced.put(Integer.parseInt(line.substring(4, equals), 16), line.substring(equals + 1));
                }
            }
        }

        boolean keeps(int code) {
            int low = 0;
            int high = kept.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int[] span = kept.get(middle);
                if (code < span[0]) {
                    high = middle - 1;
                } else if (code > span[1]) {
                    low = middle + 1;
                } else {
                    return true;
                }
            }
            return false;
        }
    }

    private CanonicalText() {}

    /**
     * Canonical form of {@code text}; "" where nothing in it is a letter, a digit, &amp; or +.
     *
     * <p>{@code of("Pon la Cadena SER, en B. B. C. y LOS40!")} is {@code "pon la cadena ser en bbc y los 40"}.
     */
    public static String of(String text) {
        return isPlain(text) && isJoined(text) ? text : joined(translated(text));
    }

    /** Whether there is nothing in {@code text} but small letters and spaces. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next != ' ' && (next < 'a' || next > 'z')) {
                return false;
            }
        }
        return true;
    }

    /** The same of a request, of which only the first characters are read: no name is longer. */
    static String ofRequest(String text) {
        String canonical = of(beginning(first(text, Bounds.RAW_TEXT)));
        String read = first(canonical, Bounds.TEXT);
        return read.endsWith(" ") ? read.substring(0, read.length() - 1) : read;
    }

    /** The first characters of a text. */
    private static String first(String text, int count) {
        boolean few = text.length() <= count || text.codePointCount(0, text.length()) <= count;
        return few ? text : text.substring(0, text.offsetByCodePoints(0, count));
    }

    /**
     * As much of a text as the beginning of its canonical form needs, so that a long text costs what that costs: canonical
     * text keeps every letter and digit that the table gives, but for a few beside the end.
     */
    private static String beginning(String text) {
        int found = 0;
        for (int start = 0, end = AT_ONCE; end < text.length(); start = end, end += AT_ONCE) {
            String plain = translated(text.substring(start, end));
            for (int at = 0; at < plain.length(); at++) {
                char next = plain.charAt(at);
                found += next != ' ' && next != '\'' && !Character.isLowSurrogate(next) ? 1 : 0;
            }
            if (found >= Bounds.TEXT + BESIDE_THE_END) {
                return text.substring(0, end);
            }
        }
        return text;
    }

    /** Whether there is nothing in {@code text} but white space. */
    static boolean isBlank(String text) {
        return stripped(text).isEmpty();
    }

    /** The text without the white space at its ends. */
    static String stripped(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && BLANKS.indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        while (start < end && BLANKS.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(start, end);
    }

    /** Each code point replaced, with a space wherever a digit meets a letter, and single spaces. */
    private static String translated(String text) {
        Table table = Table.ONLY;
        StringBuilder built = new StringBuilder(text.length() + 8);
        int code;
        for (int at = 0; at < text.length(); at += Character.charCount(code)) {
            code = text.codePointAt(at);
            if (code >= 'a' && code <= 'z') {
                add(built, (char) code);
            } else if (!betweenThousands(text, at)) {
                String replacement = code == '\'' || code == '\u2019' ? "' " : table.replaced.get(code);
                if (replacement != null) {
                    add(built, replacement);
                } else if (table.keeps(code)) {
                    add(built, text.charAt(at)); // beyond the first 65,536 no half is a digit
                    if (code > Character.MAX_VALUE) {
                        add(built, text.charAt(at + 1));
                    }
                } else {
                    add(built, ' ');
                }
            }
        }
        int end = built.length() - 1;
        return end >= 0 && built.charAt(end) == ' ' ? built.substring(0, end) : built.toString();
    }

    private static void add(StringBuilder built, String piece) {
        for (int i = 0; i < piece.length(); i++) {
            add(built, piece.charAt(i));
        }
    }

    private static void add(StringBuilder built, char next) {
        char last = built.length() == 0 ? ' ' : built.charAt(built.length() - 1);
        if (last != ' ' && next != ' ' && isDigit(last) != isDigit(next)) {
            built.append(' ');
        }
        if (last != ' ' || next != ' ') {
            built.append(next);
        }
    }

    /** A point or comma after a digit and before exactly three: recognisers write thousands so. */
    private static boolean betweenThousands(String text, int at) {
        char here = text.charAt(at);
        if ((here != '.' && here != ',') || at == 0 || !isDigit(text.charAt(at - 1)) || at + 3 >= text.length()) {
            return false;
        }
        boolean three = isDigit(text.charAt(at + 1)) && isDigit(text.charAt(at + 2)) && isDigit(text.charAt(at + 3));
        return three && (at + 4 == text.length() || !isDigit(text.charAt(at + 4)));
    }

    private static boolean isDigit(char letter) {
        return letter >= '0' && letter <= '9';
    }

    /**
     * Words with single spaces between them, letters that stand alone one after another as one word; those that an
     * apostrophe follows apart, at either end of two others.
     */
    private static String joined(String text) {
        if (isJoined(text)) {
            return text;
        }
        List<String> words = new ArrayList<String>();
        int spelled = 0; // letters at the end of words
        for (String word : text.split(" ")) {
            if (word.isEmpty() || word.equals("'")) {
                continue;
            }
            int letters = elided(word) ? word.length() - 1 : word.length();
            boolean letter = letters == 1 && word.charAt(0) >= 'a' && word.charAt(0) <= 'z';
            if (!letter) {
                join(words, spelled);
            }
            spelled = letter ? spelled + 1 : 0;
            words.add(word);
        }
        join(words, spelled);
        StringBuilder built = new StringBuilder(text.length());
        for (String word : words) {
            built.append(built.length() == 0 ? "" : " ").append(elided(word) ? word.substring(0, word.length() - 1) : word);
        }
        return built.toString();
    }

    /** Whether there is nothing to join: single spaces between words, none of them a letter or with an apostrophe. */
    private static boolean isJoined(String text) {
        int start = 0;
        for (int at = 0; at <= text.length(); at++) {
            char next = at == text.length() ? ' ' : text.charAt(at);
            if (next == '\'' || next == ' ' && at < start + 2 && (at == start || !isDigit(text.charAt(start)))) {
                return false;
            }
            start = next == ' ' ? at + 1 : start;
        }
        return true;
    }

    /** Makes the last {@code letters} of the words one word. */
    private static void join(List<String> words, int letters) {
        int to = words.size();
        int from = to - letters;
        if (letters > 2 && elided(words.get(from))) {
            from++;
        }
        if (to - from > 2 && elided(words.get(to - 1))) {
            to--;
        }
        if (to - from > 1) {
            StringBuilder built = new StringBuilder();
            for (String letter : words.subList(from, to)) {
                built.append(letter.charAt(0));
            }
            words.subList(from + 1, to).clear();
            words.set(from, built.toString());
        }
    }

    private static boolean elided(String word) {
        return word.endsWith("'");
    }
}
