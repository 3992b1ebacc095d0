package edgeer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What people say around a name: the phrases at the two ends of a request, and the words they are made of, as {@code
 * edge_er/text/carriers.py} defines it.
 */
final class Carriers {
    static final int LONGEST = 8; // words of a phrase
    static final int CALLS = 2; // as many of these phrases at most
    static final int CLOSES = 3;
    private static final Map<String, Set<String>> KNOWN = new HashMap<String, Set<String>>();

    static {
        String[] kinds = {"words", "fillers", "calls", "opens", "nouns", "closes"};
        for (String kind : kinds) {
            KNOWN.put(kind, new HashSet<String>());
        }
        for (String line : Tables.lines("hearing.txt", null, kinds)) {
            int space = line.indexOf(' ');
            String kind = line.substring(0, space);
            String[] phrases = line.substring(space + 1).split(kind.equals("words") || kind.equals("fillers") ? " " : "\\|");
            for (String phrase : phrases) {
                String[] words = anyNumber(phrase.split(" "));
                KNOWN.get(kind).add(kind.equals("closes") ? phrase(words, 0, words.length) : phrase);
            }
        }
    }

    /** A canonical request. */
    final String request;

    final String[] words;

    private final String[] closing; // the words, any number for every number

    /** The first word of the name. */
    int first;
    /** The one past its last. */
    int last;

    /**
     * Finds the name among the words of a canonical request: what no phrase of a carrier takes off; one word at least stays.
     *
     * @param names a closing phrase of several words stays too if its last word is one of theirs and no filler; null for none
     */
    Carriers(String request, KnownWords names) {
        this.request = request;
        words = request.isEmpty() ? new String[0] : request.split(" ");
        closing = anyNumber(words);
        last = words.length;
        for (int i = 0; i < CALLS; i++) {
            first += longest("calls", true, LONGEST);
        }
        first += longest("opens", true, LONGEST);
        first += longest("nouns", true, LONGEST);
        for (int i = 0; i < CLOSES && last > 0; i++) {
            String ending = words[last - 1];
            boolean named = names != null && names.has(ending) && !isFiller(ending);
            last -= longest("closes", false, named ? 1 : LONGEST);
        }
    }

    /** Whether carriers are made of such words. */
    static boolean hasWord(String word) {
        return KNOWN.get("words").contains(word);
    }

    /** Whether people leave out such words of a name. */
    static boolean isFiller(String word) {
        return KNOWN.get("fillers").contains(word);
    }

    /** For each letter of a form whether it stands in a filler beside other words; null where none does. */
    static boolean[] spared(String form, Letters letters) {
        Set<String> fillers = KNOWN.get("fillers");
        String[] words = form.split(" ");
        boolean[] spared = new boolean[form.length()];
        int at = 0;
        int some = 0;
        for (String word : words) {
            boolean filler = fillers.contains(word);
            some += filler ? 1 : 0;
            int end = at + letters.count(word);
            Arrays.fill(spared, at, end, filler);
            at = end;
        }
        return some == 0 || some == words.length ? null : spared;
    }

    /** The name: what the request says between the phrases of a carrier. */
    String name() {
        return phrase(words, first, last);
    }

    /** Words of the longest phrase of a kind at one end, of {@code most} words at most; 0 where there is none. */
    private int longest(String kind, boolean opening, int most) {
        for (int size = Math.min(most, last - first - 1); size > 0; size--) {
            if (KNOWN.get(kind).contains(opening ? phrase(words, first, first + size) : phrase(closing, last - size, last))) {
                return size;
            }
        }
        return 0;
    }

    /** The words, with 0 in the place of every number in figures. */
    private static String[] anyNumber(String[] words) {
        String[] found = words.clone();
        for (int i = 0; i < found.length; i++) {
            found[i] = Numbers.isFigures(found[i]) ? "0" : found[i];
        }
        return found;
    }

    private static String phrase(String[] words, int from, int to) {
        StringBuilder built = new StringBuilder();
        for (int i = from; i < to; i++) {
            built.append(i > from ? " " : "").append(words[i]);
        }
        return built.toString();
    }
}
