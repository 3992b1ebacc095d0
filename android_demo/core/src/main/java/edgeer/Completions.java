package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which forms a text that is still being typed may become, in whole numbers, as {@code edge_er/text/completions.py} defines it:
 * an index of the words and the beginnings of forms.
 */
final class Completions implements KnownWords {
    static final int SAID = 4; // a character of a word that is typed
    static final int UNSAID = 1; // any other character of a form
    static final int BEGINS = 20; // earned by a form that begins with the text

    private static final int SHORTEST = 2; // characters of a word that may have a slip
    private static final String AFTER_SPACE = "!"; // follows a space, and is in no canonical text

    private final Completions base; // null where these forms stand beside no catalog
    private final String[] words; // sorted, so that those that begin alike lie side by side
    private final int[][] formsOf;
    private final int[] letters; // of the distinct words of each form
    private final Integer[] sorted; // forms by their text
    private final String[] texts; // of these

    /** The forms that fit a text, and their scores. */
    static final class Fits {
        final List<Integer> forms = new ArrayList<Integer>();
        final List<Integer> scores = new ArrayList<Integer>();
    }

    /** The words of a text. */
    private final class Typed {
        final Carriers request;
        final Set<String> finished;
        final Set<String> needed = new HashSet<String>(); // a form must have these
        final String open; // null where the last word is finished
        final boolean mustOpen; // a form must have a word that the open one becomes

        Typed(Carriers request, boolean isFinished) {
            this.request = request;
            int closed = request.words.length - (isFinished ? 0 : 1);
            finished = new LinkedHashSet<String>(Arrays.asList(request.words).subList(0, closed));
            open = isFinished ? null : request.words[closed];
            mustOpen = !isFinished && request.last == request.words.length;
            List<String> name = Arrays.asList(request.words).subList(request.first, Math.min(request.last, closed));
            for (String word : name) {
                if (!Carriers.hasWord(word)) {
                    needed.add(word);
                }
            }
            if (needed.isEmpty() && !mustOpen) {
                needed.addAll(name);
            }
        }
    }

    /**
     * @param forms in canonical text
     * @param base of the catalog that these forms stand beside; its words count as words of names too; null for none
     */
    Completions(final List<String> forms, Completions base) {
        this.base = base;
        letters = new int[forms.size()];
        Map<String, List<Integer>> having = new TreeMap<String, List<Integer>>();
        for (int form = 0; form < letters.length; form++) {
            for (String word : new HashSet<String>(Arrays.asList(split(forms.get(form))))) {
                letters[form] += length(word);
                if (!having.containsKey(word)) {
                    having.put(word, new ArrayList<Integer>());
                }
                having.get(word).add(form);
            }
        }
        words = having.keySet().toArray(new String[0]);
        formsOf = new int[words.length][];
        for (int word = 0; word < words.length; word++) {
            List<Integer> owners = having.get(words[word]);
            formsOf[word] = new int[owners.size()];
            for (int i = 0; i < formsOf[word].length; i++) {
                formsOf[word][i] = owners.get(i);
            }
        }
        sorted = new Integer[letters.length];
        for (int form = 0; form < sorted.length; form++) {
            sorted[form] = form;
        }
        Arrays.sort(sorted, new Comparator<Integer>() {
            @Override
            public int compare(Integer one, Integer other) {
                return forms.get(one).compareTo(forms.get(other));
            }
        });
        texts = new String[sorted.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = forms.get(sorted[i]);
        }
    }

    @Override
    public boolean has(String word) {
        return Arrays.binarySearch(words, word) >= 0 || base != null && base.has(word);
    }

    /** The forms that canonical {@code text}, which is not empty, may become; {@code finished}: a space stands after it. */
    Fits fits(String text, boolean finished) {
        Typed typed = new Typed(new Carriers(text, this), finished);
        int[] said = new int[letters.length];
        int[] having = new int[letters.length];
        boolean known = addSaid(typed, said, having);
        boolean[] becomes = becomes(typed);
        boolean[] begins = begins(typed.request, finished);
        int open = typed.open == null ? 0 : length(typed.open);
        Fits fits = new Fits();
        for (int form = 0; form < said.length; form++) {
            boolean holds = known && having[form] == typed.needed.size() && (becomes[form] || !typed.mustOpen);
            if (holds || begins[form]) {
                int typedLetters = said[form] + (becomes[form] ? open : 0);
                fits.forms.add(form);
                fits.scores.add(SAID * typedLetters - UNSAID * (letters[form] - typedLetters) + (begins[form] ? BEGINS : 0));
            }
        }
        return fits;
    }

    /** {@code text} with the only word of the name that no form has replaced by each one that is a slip away. */
    List<String> withoutSlip(String text, boolean finished) {
        Carriers request = new Carriers(text, this);
        int opened = finished ? -1 : request.words.length - 1;
        List<Integer> unknown = new ArrayList<Integer>();
        for (int place = request.first; place < request.last; place++) {
            if (!isKnown(request.words[place], place == opened)) {
                unknown.add(place);
            }
        }
        List<String> texts = new ArrayList<String>();
        if (unknown.size() == 1 && length(request.words[unknown.get(0)]) >= SHORTEST) {
            int place = unknown.get(0);
            for (String other : Slips.of(words, request.words[place], place == opened)) {
                StringBuilder built = new StringBuilder();
                for (int i = 0; i < request.words.length; i++) {
                    built.append(i > 0 ? " " : "").append(i == place ? other : request.words[i]);
                }
                texts.add(built.toString());
            }
        }
        return texts;
    }

    /** Whether a form has the word, or one that the open word becomes, or the word is one of carriers. */
    private boolean isKnown(String word, boolean open) {
        if (open) {
            return Slips.beginsAWord(words, word) || base != null && base.isKnown(word, true);
        }
        return has(word) || Carriers.hasWord(word);
    }

    /** Adds the characters of finished words and counts needed ones; whether some form here has each of these. */
    private boolean addSaid(Typed typed, int[] said, int[] having) {
        boolean known = true;
        for (String word : typed.finished) {
            int number = Arrays.binarySearch(words, word);
            boolean needed = typed.needed.contains(word);
            known &= number >= 0 || !needed;
            for (int i = 0; number >= 0 && i < formsOf[number].length; i++) {
                said[formsOf[number][i]] += length(word);
                having[formsOf[number][i]] += needed ? 1 : 0;
            }
        }
        return known;
    }

    /** Whether each form has a word that the open one becomes, and that is not typed already. */
    private boolean[] becomes(Typed typed) {
        boolean[] becomes = new boolean[letters.length];
        if (typed.open != null) {
            int end = Slips.bisect(words, typed.open + Slips.AFTER_ALL);
            for (int word = Slips.bisect(words, typed.open); word < end; word++) {
                for (int i = 0; i < formsOf[word].length && !typed.finished.contains(words[word]); i++) {
                    becomes[formsOf[word][i]] = true;
                }
            }
        }
        return becomes;
    }

    /** Whether each form begins with the text, or with the name in it. */
    private boolean[] begins(Carriers request, boolean finished) {
        boolean[] begins = new boolean[letters.length];
        markBeginning(begins, request.request, finished);
        markBeginning(begins, request.name(), finished || request.last < request.words.length);
        return begins;
    }

    private void markBeginning(boolean[] begins, String beginning, boolean whole) {
        int end = Slips.bisect(texts, beginning + (whole ? AFTER_SPACE : Slips.AFTER_ALL));
        for (int i = Slips.bisect(texts, beginning); i < end; i++) {
            begins[sorted[i]] = true;
        }
    }

    private static String[] split(String text) {
        return text.isEmpty() ? new String[0] : text.split(" ");
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
