package edgeer;

import java.util.Arrays;
import java.util.List;

/** What a recogniser of one language hears for what was said, as costs: the tables of {@code hearing.txt}. */
final class MisrecognitionCosts {
    static final int CODES = 64;
    static final int EDGE = 63;
    static final int LOST = CODES; // column of what is not heard at all
    static final int COLUMNS = CODES + 1;
    static final int UNHEARD_OF = 88;
    static final int FOREIGN_SAME = 4;
    static final int FOREIGN_LOST = 40;
    static final int FOREIGN_ADDED = 80;
    static final int FOREIGN_USUAL = 40;
    private static final int LETTERS = 36;
    private static final int BUCKETS = EDGE - LETTERS;
    private static final int ANY = -1;
    private static final String[] KINDS = {"said", "after", "before", "added", "usual"};

    /** Cost of [said][heard or lost]. */
    final short[] said = filled(CODES * COLUMNS, UNHEARD_OF);
    /** Change of it after [before][said][heard or lost]. */
    final short[] after = new short[CODES * CODES * COLUMNS];
    /** Change of it before [said][next][heard or lost]. */
    final short[] before = new short[CODES * CODES * COLUMNS];
    /** Cost of [heard before][heard] where nothing was said. */
    final short[] added = filled(CODES * CODES, FOREIGN_ADDED);
    /** Cost of [heard before][heard] in any request. */
    final short[] usual = filled(CODES * CODES, FOREIGN_USUAL);

    /** The tables of {@code lang}, or those of all languages. */
    MisrecognitionCosts(String lang) {
        for (int code = LETTERS; code < EDGE; code++) {
            said[code * COLUMNS + code] = FOREIGN_SAME;
            said[code * COLUMNS + LOST] = FOREIGN_LOST;
        }
        List<String> lines = Tables.lines("hearing.txt", lang, KINDS);
        for (String line : lines.isEmpty() ? Tables.lines("hearing.txt", "all", KINDS) : lines) {
            read(line);
        }
    }

    /** The code of a character: a-z, 0-9, 27 for all others. */
    static int code(int character) {
        if (character >= 'a' && character <= 'z') {
            return character - 'a';
        }
        if (character >= '0' && character <= '9') {
            return 26 + character - '0';
        }
        return LETTERS + character % BUCKETS;
    }

    /** The codes of the letters of a text, without spaces. */
    static byte[] codes(String text) {
        byte[] codes = new byte[text.length()];
        int count = 0;
        int code;
        for (int at = 0; at < text.length(); at += Character.charCount(code)) {
            code = text.codePointAt(at);
            if (code != ' ') {
                codes[count++] = (byte) code(code);
            }
        }
        return count == codes.length ? codes : Arrays.copyOf(codes, count);
    }

    /**
     * The cost of hearing a letter as {@code heard}, or of losing it.
     *
     * @param pair the letter before it and itself, [before][said]
     * @param next itself and the letter after it, [said][next]
     */
    int of(int pair, int next, int heard) {
        int cost = said[next / CODES * COLUMNS + heard];
        if (cost >= UNHEARD_OF) {
            return cost;
        }
        int shifted = cost + after[pair * COLUMNS + heard] + before[next * COLUMNS + heard];
        return Math.max(0, Math.min(shifted, UNHEARD_OF));
    }

    /** A line: its kind, one letter or two, and costs, each a letter that is heard and a number. */
    private void read(String line) {
        int letters = line.indexOf(' ') + 1;
        int costs = line.indexOf(' ', letters) + 1;
        int first = column(line.charAt(letters));
        int second = costs > letters + 2 ? column(line.charAt(letters + 1)) : 0;
        for (int at = costs; at > 0; at = line.indexOf(' ', at) + 1) {
            int end = line.indexOf(' ', at);
            short cost = Short.parseShort(line.substring(at + 1, end < 0 ? line.length() : end));
            char heard = line.charAt(at);
            int column = heard == '-' ? LOST : column(heard);
            if (line.startsWith("said")) {
                put(said, COLUMNS, 0, first, column, cost);
            } else if (line.startsWith("after")) {
                put(after, COLUMNS, first, second, column, cost);
            } else if (line.startsWith("before")) {
                put(before, COLUMNS, first, second, column, cost);
            } else {
                put(line.startsWith("added") ? added : usual, CODES, 0, first, column, cost);
            }
        }
    }

    private static int column(char letter) {
        return letter == '_' ? EDGE : letter == '.' ? ANY : code(letter);
    }

    /** Puts {@code cost} at [first][second][third], where {@link #ANY} is all. */
    private static void put(short[] table, int columns, int first, int second, int third, short cost) {
        for (int i = first == ANY ? 0 : first; i <= (first == ANY ? CODES - 1 : first); i++) {
            for (int j = second == ANY ? 0 : second; j <= (second == ANY ? CODES - 1 : second); j++) {
                for (int k = third == ANY ? 0 : third; k <= (third == ANY ? columns - 1 : third); k++) {
                    table[(i * CODES + j) * columns + k] = cost;
                }
            }
        }
    }

    private static short[] filled(int length, int value) {
        short[] table = new short[length];
        Arrays.fill(table, (short) value);
        return table;
    }
}
