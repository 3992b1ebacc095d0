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
    private static final int ANY = -1;
    private static final String[] KINDS = {"digraphs", "said", "after", "before", "added", "usual"};

    /** The letters that the tables are about. */
    final Letters letters;
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
        List<String> lines = Tables.lines("hearing.txt", lang, KINDS);
        lines = lines.isEmpty() ? Tables.lines("hearing.txt", "all", KINDS) : lines;
        String[] digraphs = lines.get(0).split(" ");
        letters = new Letters(Arrays.copyOfRange(digraphs, 1, digraphs.length));
        for (int code = letters.others; code < EDGE; code++) {
            said[code * COLUMNS + code] = FOREIGN_SAME;
            said[code * COLUMNS + LOST] = FOREIGN_LOST;
        }
        for (String line : lines.subList(1, lines.size())) {
            read(line);
        }
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

    /** A line: its kind, one letter or two, the letters that are heard, and a cost for each. */
    private void read(String line) {
        int letters = line.indexOf(' ') + 1;
        int heard = line.indexOf(' ', letters) + 1;
        int row = column(line.charAt(letters));
        if (heard > letters + 2) {
            row = row * CODES + column(line.charAt(letters + 1));
        }
        char kind = line.charAt(1); // no two kinds have the same
        short[] table = kind == 'a' ? said : kind == 'f' ? after : kind == 'e' ? before : kind == 'd' ? added : usual;
        int columns = table.length % COLUMNS == 0 ? COLUMNS : CODES;
        for (int at = line.indexOf(' ', heard) + 1; at > 0; at = line.indexOf(' ', at) + 1, heard++) {
            int end = line.indexOf(' ', at);
            short cost = Short.parseShort(line.substring(at, end < 0 ? line.length() : end));
            int column = line.charAt(heard) == '-' ? LOST : column(line.charAt(heard));
            int last = row == ANY ? CODES - 1 : row;
            for (int i = Math.max(row, 0); i <= last; i++) {
                table[i * columns + column] = cost;
            }
        }
    }

    private int column(char letter) {
        return letter == '_' ? EDGE : letter == '.' ? ANY : letters.code(letter);
    }

    private static short[] filled(int length, int value) {
        short[] table = new short[length];
        Arrays.fill(table, (short) value);
        return table;
    }
}
