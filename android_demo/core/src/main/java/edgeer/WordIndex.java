package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Word scores: how much the whole words that a request and a form share speak for the form, in any order, in eighths of a bit,
 * as {@code edge_er/text/words.py} defines it. An inverted index: word to the forms that have it.
 */
final class WordIndex implements KnownWords {
    /** The score of forms that the words of a request say nothing about. */
    static final int NO_SCORE = -(1 << 30);

    static final int WEAK_GAIN = 16; // what a word of a carrier or a filler gains at most
    static final int LEFT = 28; // a letter of a word of the request that the form does not have
    static final int CARRIER_LEFT = 4; // the same in a word of carriers
    static final int SENTENCE = 240; // what such words cost at most where the whole form is said
    static final int OMITTED = 40; // a word of the form that is not said,
    static final int OMITTED_NUMBER = 64; // a number,
    static final int OMITTED_FILLER = 8; // a filler,
    static final int OMITTED_COMMON = 16; // a word that many forms have
    static final int COMMON_SHARE = 20; // more than one form in so many has a common word,
    static final int COMMON_LEAST = 5; // and at least so many forms

    /** Words that many names have. */
    final Set<String> common;

    private final WordIndex base; // null where these forms stand beside no catalog
    private final Map<String, Integer> numbers = new HashMap<String, Integer>();
    private final List<String> forms;
    private final int[] sizes; // distinct words of each form
    private final int[] worth; // what all words of each form gain where it is said whole
    private final int[] omitted; // what leaving out all words of each form costs
    private final int[] starts;
    private final int[] owners; // the forms of word n stand from starts[n] to starts[n + 1]
    private final int[] gains;
    private final int[] omissions;
    private final boolean[] weak;

    /**
     * @param forms in canonical text
     * @param base of the catalog that these forms stand beside: it says which words many names have, and its words count as
     *     words of names too; null for none
     */
    WordIndex(Misrecognition misrecognition, List<String> forms, WordIndex base) {
        this.base = base;
        this.forms = forms;
        List<String> known = new ArrayList<String>();
        int[][] held = numbered(forms, known);
        starts = new int[known.size() + 1];
        for (int[] words : held) {
            for (int word : words) {
                starts[word + 1]++;
            }
        }
        common = base == null ? commonWords(known, forms.size()) : base.common;
        gains = new int[known.size()];
        omissions = new int[gains.length];
        weak = new boolean[gains.length];
        int[] full = new int[gains.length];
        for (int word = 0; word < gains.length; word++) {
            String text = known.get(word);
            weak[word] = Carriers.hasWord(text) || Carriers.isFiller(text);
            full[word] = Math.max(misrecognition.gain(text), 1);
            gains[word] = weak[word] ? Math.min(full[word], WEAK_GAIN) : full[word];
            omissions[word] = omission(text);
            starts[word + 1] += starts[word];
        }
        owners = new int[starts[gains.length]];
        sizes = new int[held.length];
        omitted = new int[held.length];
        worth = new int[held.length];
        int[] next = starts.clone();
        for (int form = 0; form < held.length; form++) {
            sizes[form] = held[form].length;
            for (int word : held[form]) {
                owners[next[word]++] = form;
                omitted[form] += omissions[word];
                worth[form] += full[word];
            }
        }
    }

    /** The distinct words of each form, as numbers; the texts of new ones are added to {@code known}. */
    private int[][] numbered(List<String> forms, List<String> known) {
        int[][] held = new int[forms.size()][];
        for (int form = 0; form < held.length; form++) {
            Set<String> words = distinct(words(forms.get(form)));
            held[form] = new int[words.size()];
            int at = 0;
            for (String word : words) {
                Integer number = numbers.get(word);
                if (number == null) {
                    number = known.size();
                    numbers.put(word, number);
                    known.add(word);
                }
                held[form][at++] = number;
            }
        }
        return held;
    }

    /** The words that many forms have; {@code starts[n + 1]} still says how many have word n. */
    private Set<String> commonWords(List<String> known, int forms) {
        Set<String> found = new HashSet<String>();
        for (int word = 0; word < known.size(); word++) {
            int having = starts[word + 1];
            if ((long) having * COMMON_SHARE > forms && having >= COMMON_LEAST) {
                found.add(known.get(word));
            }
        }
        return Collections.unmodifiableSet(found);
    }

    /** What leaving the word of a form out costs. */
    private int omission(String word) {
        if (Carriers.isFiller(word)) {
            return OMITTED_FILLER;
        }
        if (isNumber(word)) {
            return OMITTED_NUMBER;
        }
        return common.contains(word) || Carriers.hasWord(word) ? OMITTED_COMMON : OMITTED;
    }

    private static boolean isNumber(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** Whether a form, or one of the catalog beside it, has the word. */
    @Override
    public boolean has(String word) {
        return numbers.containsKey(word) || base != null && base.has(word);
    }

    /** What the words of a request say about every form. */
    WordScores scores(Carriers request) {
        Set<String> ofName = distinct(Arrays.copyOfRange(request.words, request.first, request.last));
        WordScores found = new WordScores(sizes.length);
        int[] scores = found.scores; // gains and omissions, summed up word by word
        int[] said = new int[sizes.length];
        int[] explained = new int[sizes.length]; // what the words that a form has would cost if it had them not
        int[] content = new int[sizes.length];
        boolean[] strong = new boolean[sizes.length];
        String text = " " + request.request + " ";
        int left = 0;
        int wanted = 0;
        for (String word : distinct(request.words)) {
            boolean needed = ofName.contains(word) && !Carriers.hasWord(word);
            int each = needed ? LEFT : CARRIER_LEFT;
            int cost = ofName.contains(word) ? each * word.codePointCount(0, word.length()) : 0;
            left += cost;
            wanted += needed ? 1 : 0;
            Integer number = numbers.get(word);
            for (int i = number == null ? 0 : starts[number]; number != null && i < starts[number + 1]; i++) {
                int form = owners[i];
                scores[form] += gains[number] + omissions[number];
                said[form]++;
                explained[form] += cost;
                content[form] += needed ? 1 : 0;
                strong[form] |= !weak[number];
            }
        }
        for (int form = 0; form < scores.length; form++) {
            boolean holds = content[form] == wanted && said[form] > 0;
            int rest = left - explained[form];
            if (said[form] == sizes[form] && (strong[form] || holds)) {
                scores[form] = worth[form] - Math.min(rest, SENTENCE);
                found.phrase[form] = holds || text.contains(" " + forms.get(form) + " ");
            } else {
                boolean scored = holds && strong[form];
                scores[form] = scored ? scores[form] - omitted[form] - rest : NO_SCORE;
                found.part[form] = scored && rest == 0;
            }
        }
        return found;
    }

    private static String[] words(String text) {
        return text.isEmpty() ? new String[0] : text.split(" ");
    }

    private static Set<String> distinct(String[] words) {
        return new LinkedHashSet<String>(Arrays.asList(words));
    }
}
