package edgeer;

import java.util.HashSet;
import java.util.Set;

/**
 * Slips of the finger: the words of a catalog that differ from what is typed by a character too many, one too few, another one,
 * or two changed round, as {@code edge_er/text/slips.py} defines it. Words are sorted by their UTF-16 units.
 */
final class Slips {
    /** Follows every character of canonical text. */
    static final String AFTER_ALL = "\uffff";

    private final String[] words;
    private final boolean open;
    private final Set<String> found = new HashSet<String>();

    private Slips(String[] words, boolean open) {
        this.words = words;
        this.open = open;
    }

    /** The sorted {@code words}, or what words begin with if {@code open}, that are one slip away from {@code typed}. */
    static Set<String> of(String[] words, String typed, boolean open) {
        Slips slips = new Slips(words, open);
        slips.find(typed);
        slips.found.remove(typed);
        return slips.found;
    }

    private void find(String typed) {
        int next;
        for (int place = 0; place < typed.length(); place = next) {
            String before = typed.substring(0, place);
            if (!beginsAWord(words, before)) {
                return; // what comes after is a second slip
            }
            next = typed.offsetByCodePoints(place, 1);
            String rest = typed.substring(next);
            add(before + rest);
            if (!rest.isEmpty()) {
                int second = rest.offsetByCodePoints(0, 1);
                add(before + rest.substring(0, second) + typed.substring(place, next) + rest.substring(second));
            }
            addFollowing(before, rest, typed.substring(place));
        }
        if (!open) {
            addFollowing(typed, "", "");
        }
    }

    /** Tries each character that follows {@code before} in some word, in place of the one that is typed, and beside it. */
    private void addFollowing(String before, String rest, String from) {
        int place = bisect(words, before);
        int end = bisect(words, before + AFTER_ALL);
        place += place < end && words[place].equals(before) ? 1 : 0;
        while (place < end) {
            int at = before.length();
            String character = words[place].substring(at, words[place].offsetByCodePoints(at, 1));
            add(before + character + rest);
            add(before + character + from);
            place = bisect(words, before + character + AFTER_ALL);
        }
    }

    private void add(String word) {
        if (!word.isEmpty() && (open ? beginsAWord(words, word) : isWord(word))) {
            found.add(word);
        }
    }

    private boolean isWord(String word) {
        int place = bisect(words, word);
        return place < words.length && words[place].equals(word);
    }

    /** Whether one of the sorted words begins so. */
    static boolean beginsAWord(String[] words, String beginning) {
        int place = bisect(words, beginning);
        return place < words.length && words[place].startsWith(beginning);
    }

    /** Where {@code text} stands, or would stand, in the sorted texts. */
    static int bisect(String[] texts, String text) {
        int low = 0;
        int high = texts.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (texts[middle].compareTo(text) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
