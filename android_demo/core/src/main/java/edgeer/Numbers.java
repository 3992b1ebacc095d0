package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Numbers of a request in another spelling: in figures, in Roman figures, in words, as {@code edge_er/text/numbers.py} defines
 * it. Number words are made of atoms, which stand in {@code numbers.txt}.
 */
final class Numbers {
    private static final int READINGS = 2; // beside the request itself
    private static final int RUN = 3; // so many figures said one by one are one number,
    private static final int LONGEST_RUN = 16; // and not more
    private static final int LARGEST = 10000; // the first atom of a cardinal is below
    private static final String SURE = "13"; // words for numbers from here up are hardly ever anything else
    private static final NumberWords ROMAN = new NumberWords("all");

    private final NumberWords known;

    /** The numbers of a language; one that the table does not have has no number words. */
    Numbers(String lang) {
        known = new NumberWords(lang);
    }

    /** A number that was read: in figures, the place after it, and its value if that is below 100, else 0. */
    private static final class Found {
        final String figures;
        final int next;
        final int small;

        Found(String figures, int next, int small) {
            this.figures = figures;
            this.next = next;
            this.small = small;
        }
    }

    /**
     * A canonical text with its numbers spelled otherwise: at most two readings that differ from it. First in figures, then in
     * Roman figures, then in words; the latter two write only words of {@code names}, no number beside another, no decade.
     *
     * @param names words of names; null for none
     */
    List<String> otherReadings(String text, KnownWords names) {
        String figures = inFigures(text);
        Set<String> readings = new LinkedHashSet<String>();
        readings.add(text);
        readings.add(figures);
        String[] words = figures.split(" ");
        for (NumberWords spelled : new NumberWords[] {ROMAN, known}) {
            StringBuilder built = new StringBuilder();
            for (int i = 0; i < words.length; i++) {
                String other = spelled.usual.get(words[i]);
                String after = i + 1 < words.length ? words[i + 1] : "";
                boolean beside = i > 0 && isFigures(words[i - 1]) || isFigures(after);
                beside |= !after.isEmpty() && known.suffixes.contains(after);
                boolean named = other != null && !beside && names != null && names.has(other);
                built.append(i > 0 ? " " : "").append(named ? other : words[i]);
            }
            readings.add(built.toString());
        }
        List<String> found = new ArrayList<String>(readings);
        return found.subList(1, Math.min(found.size(), 1 + READINGS));
    }

    /** Whether a reading has a number of at least 13 in figures that the text has in words. */
    static boolean isSure(String text, String reading) {
        Set<String> before = new HashSet<String>(Arrays.asList(text.split(" ")));
        for (String word : reading.split(" ")) {
            if (isFigures(word) && !before.contains(word) && !before.contains(ROMAN.usual.get(word))) {
                int first = 0;
                while (first < word.length() && word.charAt(first) == '0') {
                    first++;
                }
                int figures = word.length() - first;
                if (figures > 2 || figures == 2 && word.substring(first).compareTo(SURE) >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A canonical text with number words and Roman figures in figures; the same text where it has none. */
    String inFigures(String text) {
        return text.isEmpty() ? "" : new Reading(text.split(" ")).written();
    }

    /** The words of one text as atoms. Places are indices of atoms; a number begins and ends with a word. */
    private final class Reading {
        private final String[] words;
        private final List<NumberWords.Atom> said = new ArrayList<NumberWords.Atom>();
        private final List<Integer> ends = new ArrayList<Integer>(); // words that have ended after each atom, 0 inside a word

        Reading(String[] words) {
            this.words = words;
            int end = 0;
            while (end < words.length) {
                NumberWords.Atom two = end + 1 < words.length ? known.atoms.get(words[end] + " " + words[end + 1]) : null;
                List<NumberWords.Atom> row = two == null ? known.cut(words[end]) : new ArrayList<NumberWords.Atom>();
                if (row.isEmpty()) {
                    row.add(two == null ? NumberWords.OTHER : two);
                }
                end += two == null ? 1 : 2;
                for (int i = 0; i < row.size(); i++) {
                    said.add(row.get(i));
                    ends.add(i + 1 < row.size() ? 0 : end);
                }
            }
        }

        /** The words, with numbers in figures. */
        String written() {
            StringBuilder built = new StringBuilder();
            int place = 0;
            int before = 0;
            while (place < said.size()) {
                Found number = number(place);
                if (number == null) {
                    while (end(place) == 0) {
                        place++;
                    }
                    for (; before < end(place); before++) {
                        append(built, words[before]);
                    }
                    place++;
                }
                while (number != null) {
                    append(built, number.figures);
                    place = number.next;
                    number = at(place).role.equals("point") && end(place) > 0 ? decimals(place + 1) : null;
                }
                before = end(place - 1);
            }
            return built.toString();
        }

        private void append(StringBuilder built, String text) {
            built.append(built.length() > 0 ? " " : "").append(text);
        }

        private NumberWords.Atom at(int place) {
            return place < said.size() ? said.get(place) : NumberWords.OTHER;
        }

        private int end(int place) {
            return place < ends.size() ? ends.get(place) : 0;
        }

        private boolean isFigure(int place) {
            return at(place).figure && end(place) > 0;
        }

        /** The number that begins at a place, null if there is none. */
        private Found number(int start) {
            if (at(start) == NumberWords.OTHER) {
                String figures = end(start) > 0 ? figures(words[end(start) - 1]) : null;
                return figures == null ? null : new Found(figures, start + 1, 0);
            }
            Found singly = saidSingly(start);
            if (singly != null && singly.figures.length() >= RUN) {
                return singly;
            }
            int place = start;
            StringBuilder built = new StringBuilder();
            while (isFigure(place) && at(place).value == 0) {
                built.append('0');
                place++;
            }
            Found number = paired(place);
            int next = number == null ? place : number.next;
            if (next == start || next == start + 1 && at(start).role.equals("part")) {
                return null;
            }
            return new Found(built.append(number == null ? "" : number.figures).toString(), next, 0);
        }

        private Found decimals(int place) {
            Found singly = saidSingly(place);
            return singly == null ? number(place) : singly;
        }

        /** Figures said one by one, written side by side; null unless one of them can stand alone. */
        private Found saidSingly(int start) {
            StringBuilder built = new StringBuilder();
            boolean alone = false;
            int place = start;
            for (; isFigure(place) && place - start < LONGEST_RUN; place++) {
                built.append(at(place).value);
                alone |= at(place).role.equals("add");
            }
            return alone ? new Found(built.toString(), place, 0) : null;
        }

        /** The cardinal at a place, or two that make a pair; null if there is none. */
        private Found paired(int start) {
            Found first = cardinal(start);
            if (first == null || !known.atoms.containsKey("-") || first.small == 0 || first.figures.indexOf(' ') >= 0) {
                return first;
            }
            boolean zero = isFigure(first.next) && at(first.next).value == 0;
            Found second = cardinal(first.next + (zero ? 1 : 0));
            if (second == null || second.small == 0 || second.small < 10 != zero) {
                return first;
            }
            return new Found(first.figures + (zero ? "0" : "") + second.figures, second.next, 0);
        }

        /** The longest cardinal that begins at a place and ends with a word; null if there is none. */
        private Found cardinal(int start) {
            int thousands = 0;
            int below = -1; // the thousands; nothing yet
            int room = LARGEST;
            int roomBefore = LARGEST;
            int value = 0;
            String suffix = "";
            Found found = null;
            int place = start;
            while (suffix.isEmpty()) {
                NumberWords.Atom atom = at(place);
                NumberWords.Atom after = at(place + 1);
                boolean times = atom.role.equals("times") && below != 0;
                boolean part = atom.role.equals("part") && end(place) > 0 && place > start && !after.role.equals("times");
                if (atom.adds && !part && atom.value < room && (atom.value > 0 || below < 0)) {
                    below = Math.max(below, 0) + atom.value;
                    roomBefore = room;
                    room = atom.room;
                    suffix = atom.suffix;
                } else if (times && atom.value == 100 && below < (thousands > 0 ? 10 : 100)) {
                    below = 100 * Math.abs(below);
                    room = 100;
                } else if (times && atom.value == 1000 && below < 1000 && thousands == 0) {
                    thousands = 1000 * Math.abs(below);
                    below = -1;
                    room = 1000;
                } else if (atom.role.equals("join") && place > start && after.adds && after.value > 0 && after.value < room) {
                    place++;
                    continue;
                } else if (atom.role.equals("turned") && turns(below, after, roomBefore)) {
                    below += after.value;
                    room = 0;
                    place++;
                } else if (atom.role.equals("suffix") && place > start && end(place - 1) == 0 && value % 10 == 0) {
                    suffix = atom.suffix;
                } else {
                    break;
                }
                place++;
                value = thousands + Math.max(below, 0);
                if (end(place - 1) > 0) {
                    String figures = suffix.isEmpty() ? "" + value : (value < 10 ? "0" : "") + value + " " + suffix;
                    found = new Found(figures, place, value < 100 ? value : 0);
                }
            }
            return found;
        }
    }

    /** Whether a number that ends with a unit may be followed by "and" and tens ("ein und zwanzig"). */
    private static boolean turns(int below, NumberWords.Atom after, int roomBefore) {
        int unit = below % 100;
        return unit > 0 && unit < 10 && after.adds && after.value >= 10 && after.value < roomBefore;
    }

    /** Figures as they are, Roman ones of two letters or more as figures, null for any other word. */
    private static String figures(String word) {
        return isFigures(word) ? word : word.length() > 1 ? ROMAN.back.get(word) : null;
    }

    static boolean isFigures(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '9') {
                return false;
            }
        }
        return !word.isEmpty();
    }
}
