package edgeer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The number words of one language, made of atoms: a section of {@code numbers.txt}. */
final class NumberWords {
    private static final int LONGEST_WORD = 64; // a longer word is no number word
    static final Atom OTHER = new Atom("other", 0, 0, ""); // a word that is no number word

    /** What a part of a number word does. */
    static final class Atom {
        final String role;
        final int value;
        final int room; // what is added after it must be below
        final String suffix; // of a decade, "" for none
        final boolean adds; // whether it adds its value to a cardinal
        final boolean figure; // whether it says one figure

        Atom(String role, int value, int room, String suffix) {
            this.role = role;
            this.value = value;
            this.room = room;
            this.suffix = suffix;
            adds = role.equals("add") || role.equals("part") || role.equals("decade");
            figure = adds && !role.equals("decade") && value < 10;
        }
    }

    final Map<String, Atom> atoms = new HashMap<String, Atom>();
    final Map<String, String> usual = new HashMap<String, String>(); // figures to the usual word
    final Map<String, String> back = new HashMap<String, String>(); // and back
    final Set<String> suffixes = new HashSet<String>(); // of decades
    private int longest; // letters of an atom

    /** The number words of a language; none where the table has none. */
    NumberWords(String lang) {
        for (String line : Tables.lines("numbers.txt", lang)) {
            read(line.split(" ", 5));
        }
    }

    private void read(String[] cells) {
        String[] words = cells[4].split("\\|");
        for (String word : words) {
            String suffix = cells[3].equals("-") ? "" : cells[3];
            boolean other = cells[0].equals(OTHER.role);
            atoms.put(word, other ? OTHER : new Atom(cells[0], Integer.parseInt(cells[1]), Integer.parseInt(cells[2]), suffix));
            longest = Math.max(longest, word.length());
            suffixes.add(suffix);
        }
        if ((cells[0].equals("add") || cells[0].equals("roman")) && !usual.containsKey(cells[1])) {
            usual.put(cells[1], words[0]);
            back.put(words[0], cells[1]);
        }
    }

    /** The atoms of a word, several rows of atoms being possible that with the longest first; none if there is no row. */
    List<Atom> cut(String word) {
        List<Atom> row = new ArrayList<Atom>();
        int last = word.length();
        boolean begins = false;
        for (int end = 1; end <= Math.min(last, longest) && !begins; end++) {
            begins = atoms.containsKey(word.substring(0, end)); // most words end here
        }
        if (!begins || last > LONGEST_WORD) {
            return row;
        }
        int[] sizes = new int[last]; // of the longest atom at each letter after which the rest can be cut too
        for (int start = last - 1; start >= 0; start--) {
            for (int end = start + 1; end <= Math.min(last, start + longest); end++) {
                if ((end == last || sizes[end] > 0) && atoms.containsKey(word.substring(start, end))) {
                    sizes[start] = end - start;
                }
            }
        }
        for (int place = 0; place < last && sizes[place] > 0; place += sizes[place]) {
            row.add(atoms.get(word.substring(place, place + sizes[place])));
        }
        return row;
    }
}
