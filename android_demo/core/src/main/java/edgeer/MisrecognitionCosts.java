package edgeer;

import java.util.Arrays;

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
        String[] lines = Tables.lines("hearing.txt");
        String section = Arrays.asList(lines).contains("[" + lang + "]") ? "[" + lang + "]" : "[all]";
        boolean inside = false;
        for (String line : lines) {
            if (line.startsWith("[")) {
                inside = line.equals(section);
            } else if (inside && !line.isEmpty() && !Carriers.isAbout(line)) {
                read(line.split(" "));
            }
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

    private void read(String[] cells) {
        int first = column(cells[1].charAt(0));
        boolean pair = cells[1].length() > 1;
        int second = pair ? column(cells[1].charAt(1)) : 0;
        for (int i = 2; i < cells.length; i++) {
            short cost = Short.parseShort(cells[i].substring(1));
            char heard = cells[i].charAt(0);
            int column = heard == '-' ? LOST : column(heard);
            if (cells[0].equals("said")) {
                put(said, COLUMNS, 0, first, column, cost);
            } else if (cells[0].equals("after")) {
                put(after, COLUMNS, first, second, column, cost);
            } else if (cells[0].equals("before")) {
                put(before, COLUMNS, first, second, column, cost);
            } else {
                put(cells[0].equals("added") ? added : usual, CODES, 0, first, column, cost);
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
