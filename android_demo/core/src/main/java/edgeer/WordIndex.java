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

    static final int SENTENCE = 240; // what words of the request cost at most that the form does not have, where it is said whole
    static final int OMITTED_MOST = 48; // what omitting words of a form costs at most that begins with what is said
    static final int RARE_GAIN = 80; // what a rare word earns in a form that holds the name,
    static final int RARE_LEFT = 40; // if what it does not have costs so much at most
    static final int WEAK_FORMS = 32; // forms that hold the words of a name span of weak words alone, at most

    /** Words that many names have. */
    final Set<String> common;

    private final WordIndex base; // null where these forms stand beside no catalog
    private final Map<String, Integer> numbers = new HashMap<String, Integer>();
    private final List<String> forms;
    private final int[] sizes; // distinct words of each form
    private final int[] worth; // what all words of each form gain where it is said whole
    private final int[] omitted; // what leaving out all words of each form costs
    private final int[] starts;
    private final int[] owners; // the forms of word n stand from starts[n] to starts[n + 1],
    private final int[] omissions; // and what omitting it costs each
    private final int[] gains;
    private final int[] full; // gains that are not those of weak words
    private final boolean[] weak;

    /**
     * @param forms in canonical text
     * @param base of the catalog that these forms stand beside: it says which words many names have, and its words count as
     *     words of names too; null for none
     */
    WordIndex(Misrecognition misrecognition, List<String> forms, WordIndex base) {
        this.base = base;
        this.forms = forms;
        WordNumbers all = new WordNumbers(numbers);
        List<String> known = all.known;
        int[][] held = numbered(all);
        starts = new int[known.size() + 1];
        for (int[] words : held) {
            for (int word : words) {
                starts[word + 1]++;
            }
        }
        common = base == null ? commonWords(known, forms.size()) : base.common;
        gains = new int[known.size()];
        weak = new boolean[gains.length];
        full = new int[gains.length];
        for (int word = 0; word < gains.length; word++) {
            String text = known.get(word);
            weak[word] = WordValues.isWeak(text);
            full[word] = Math.max(misrecognition.gain(text), 1);
            gains[word] = weak[word] ? Math.min(full[word], WordValues.WEAK_GAIN) : full[word];
            starts[word + 1] += starts[word];
        }
        owners = new int[starts[gains.length]];
        omissions = new int[owners.length];
        sizes = new int[held.length];
        omitted = new int[held.length];
        worth = new int[held.length];
        int[] next = starts.clone();
        for (int form = 0; form < held.length; form++) {
            sizes[form] = held[form].length;
            Set<String> cheap = all.frequencies(forms.get(form));
            for (int word : held[form]) {
                int omission = omission(known.get(word), cheap);
                owners[next[word]] = form;
                omissions[next[word]++] = omission;
                omitted[form] += omission;
                worth[form] += full[word];
            }
        }
    }

    /** The distinct words of each form, as numbers. */
    private int[][] numbered(WordNumbers words) {
        int[][] held = new int[forms.size()][];
        for (int form = 0; form < held.length; form++) {
            int[] row = words.of(forms.get(form));
            int[] own = new int[words.count];
            int size = 0;
            for (int i = 0; i < words.count; i++) {
                int before = 0;
                while (before < size && own[before] != row[i]) {
                    before++;
                }
                own[before] = row[i];
                size = Math.max(size, before + 1);
            }
            held[form] = size == own.length ? own : Arrays.copyOf(own, size);
        }
        return held;
    }

    /** The words that many forms have; {@code starts[n + 1]} still says how many have word n. */
    private Set<String> commonWords(List<String> known, int forms) {
        Set<String> found = new HashSet<String>();
        for (int word = 0; word < known.size(); word++) {
            if (WordValues.isCommon(starts[word + 1], forms)) {
                found.add(known.get(word));
            }
        }
        return Collections.unmodifiableSet(found);
    }

    /** What leaving a word out costs a form whose parts of a frequency are {@code cheap}. */
    private int omission(String word, Set<String> cheap) {
        return cheap.contains(word) ? WordValues.OMITTED_FREQUENCY : WordValues.omission(word, common);
    }

    /** Whether a form, or one of the catalog beside it, has the word. */
    @Override
    public boolean has(String word) {
        return numbers.containsKey(word) || base != null && base.has(word);
    }

    /** How many forms have the word, or of the catalog beside it if more there have it. */
    private int having(String word) {
        Integer number = numbers.get(word);
        int own = number == null ? 0 : starts[number + 1] - starts[number];
        return base == null ? own : Math.max(own, base.having(word));
    }

    /** What the words of a request say about every form. */
    WordScores scores(Carriers said, Scratch scratch) {
        WordRequest request = new WordRequest(said, numbers.keySet());
        WordScores found = scoresOfSaid(request, scratch);
        scoreRare(request, found);
        return found;
    }

    /** The scores of forms that are said whole, or hold the name. */
    private WordScores scoresOfSaid(WordRequest request, Scratch scratch) {
        WordScores found = new WordScores(scratch);
        int[] scores = found.scores; // gains and omissions, summed up word by word
        int[] said = scratch.numbers();
        int[] explained = scratch.numbers(); // what the words that a form has would cost if it had them not
        int[] content = scratch.numbers();
        boolean[] strong = scratch.marks();
        for (Map.Entry<String, Integer> each : request.explained.entrySet()) {
            int number = numbers.get(each.getKey());
            int cost = each.getValue();
            boolean needed = request.content.contains(each.getKey());
            boolean named = needed && request.weakAlone;
            for (int i = starts[number]; i < starts[number + 1]; i++) {
                int form = owners[i];
                scores[form] += (named ? full[number] : gains[number]) + omissions[i];
                said[form]++;
                explained[form] += cost;
                content[form] += needed ? 1 : 0;
                strong[form] |= named || !weak[number];
            }
        }
        int left = request.rest(Collections.<String>emptySet());
        List<Integer> parts = new ArrayList<Integer>();
        for (int form = 0; form < scores.length; form++) {
            if (said[form] == 0) {
                scores[form] = NO_SCORE;
                continue;
            }
            boolean holds = content[form] == request.content.size();
            int rest = Math.max(left - explained[form], 0);
            if (said[form] == sizes[form] && (strong[form] || holds || request.weakAlone)) {
                scores[form] = worth[form] - Math.min(rest, SENTENCE);
                found.phrase[form] = request.weakAlone || holds || request.contains(forms.get(form));
            } else if (holds && strong[form]) {
                scores[form] -= omitted[form] + rest;
                found.part[form] = rest == request.unknown;
                parts.add(form);
            } else {
                scores[form] = NO_SCORE;
            }
        }
        for (int i = 0; request.weakAlone && parts.size() > WEAK_FORMS && i < parts.size(); i++) {
            scores[parts.get(i)] = NO_SCORE;
            found.part[parts.get(i)] = false;
        }
        return found;
    }

    /** Raises the score of forms that hold the name with a rare word, and scores those that begin with one. */
    private void scoreRare(WordRequest request, WordScores found) {
        Set<String> rare = new HashSet<String>();
        Set<Integer> having = new HashSet<Integer>();
        for (String word : request.explained.keySet()) {
            if (request.isOfName(word) && WordValues.isRare(word, having(word))) {
                rare.add(word);
                int number = numbers.get(word);
                for (int i = starts[number]; i < starts[number + 1]; i++) {
                    having.add(owners[i]);
                }
            }
        }
        for (int form : having) {
            List<String> words = new ArrayList<String>(distinct(words(forms.get(form))));
            boolean holds = words.containsAll(request.content);
            List<String> said = request.beginning(words);
            if (holds) {
                said = new ArrayList<String>(words);
                said.retainAll(request.explained.keySet());
            }
            int rest = request.rest(said);
            boolean alone = said.size() == words.size() && !hasFiller(words);
            int begun = begun(words, said, words(forms.get(form))) - (alone ? 0 : Math.min(rest, SENTENCE));
            int score = found.scores[form];
            if (holds && rest <= RARE_LEFT) {
                found.scores[form] = RARE_GAIN + (said.contains(words.get(0)) ? Math.max(score, begun) : score);
            } else if ((alone || score == NO_SCORE) && !Collections.disjoint(rare, said)) {
                found.scores[form] = Math.max(score, begun);
            }
        }
    }

    /** What words of a form gain that are said, its first one too, less what is omitted; {@code all} are its words in their order. */
    private int begun(List<String> words, List<String> said, String[] all) {
        Set<String> cheap = WordValues.frequencies(all);
        int gained = 0;
        int omission = 0;
        for (String word : words) {
            if (said.contains(word)) {
                gained += gains[numbers.get(word)];
            } else {
                omission += omission(word, cheap);
            }
        }
        return gained - Math.min(omission, OMITTED_MOST);
    }

    private static boolean hasFiller(List<String> words) {
        for (String word : words) {
            if (Carriers.isFiller(word)) {
                return true;
            }
        }
        return false;
    }

    private static String[] words(String text) {
        return text.isEmpty() ? new String[0] : text.split(" ");
    }

    private static Set<String> distinct(String[] words) {
        return new LinkedHashSet<String>(Arrays.asList(words));
    }
}
