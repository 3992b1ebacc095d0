package edgeer;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * N-grams of two and three characters, each with the forms that hold it; the weight of one is floor(4 log2(forms / forms that
 * hold it)), as {@code edge_er/text/ngrams.py} defines it.
 */
final class NgramIndex {
    private static final long FREE = -1; // no n-gram is -1: code points have 21 bits

    private final int forms;
    private final int[] totals;
    private int[] starts;
    private int[] owners;
    private int[] weights;
    private long[] keys = new long[1 << 12];
    private int[] numbers = new int[1 << 12];
    private int size;

    /**
     * @param forms in canonical text
     * @param codes what they sound like
     * @param like the index whose weights count, where an n-gram that it lacks has that of one form; null for the rarity here
     */
    NgramIndex(List<String> forms, SoundCodes codes, @Nullable NgramIndex like) {
        this.forms = forms.size();
        totals = new int[this.forms];
        Arrays.fill(keys, FREE);
        int longest = 0;
        for (String form : forms) {
            longest = Math.max(longest, codes.room(form));
        }
        char[] sounds = new char[longest];
        int[] points = new int[longest];
        long[] distinct = new long[2 * longest];
        int[] having = new int[1 << 12];
        for (String form : forms) { // the n-grams of a form are found twice, which is cheaper than to keep those of all
            int count = ngrams(points, CodePoints.put(sounds, codes.put(form, sounds), points), distinct);
            for (int i = 0; i < count; i++) {
                int number = add(distinct[i]);
                having = number < having.length ? having : Arrays.copyOf(having, 2 * having.length);
                having[number]++;
            }
        }
        weigh(having, like);
        int[] next = starts.clone();
        for (int form = 0; form < this.forms; form++) {
            int size = codes.put(forms.get(form), sounds);
            int count = ngrams(points, CodePoints.put(sounds, size, points), distinct);
            for (int i = 0; i < count; i++) {
                int ngram = numbers[slot(distinct[i])];
                owners[next[ngram]++] = form;
                totals[form] += weights[ngram];
            }
        }
    }

    private void weigh(int[] having, @Nullable NgramIndex like) {
        starts = new int[size + 1];
        weights = new int[size];
        for (int ngram = 0; ngram < size; ngram++) {
            starts[ngram + 1] = starts[ngram] + having[ngram];
            weights[ngram] = rarity(forms, having[ngram]);
        }
        for (int slot = 0; like != null && slot < keys.length; slot++) {
            if (keys[slot] != FREE) {
                weights[numbers[slot]] = like.weightOf(keys[slot]);
            }
        }
        owners = new int[starts[size]];
    }

    /** The weight of all n-grams of a form. */
    int total(int form) {
        return totals[form];
    }

    /** The weight of all n-grams of a text, given as code points; one that no form has counts as if one form had it. */
    int weight(int[] text) {
        int weight = 0;
        for (long key : ngrams(text)) {
            weight += weightOf(key);
        }
        return weight;
    }

    private int weightOf(long key) {
        int slot = slot(key);
        return keys[slot] == FREE ? rarity(forms, 1) : weights[numbers[slot]];
    }

    /** Weight of the n-grams that each form shares with a request, given as code points: [forms]. */
    int[] shared(int[] request) {
        return shared(request, new int[forms]);
    }

    /** The same, added up in {@code shared}. */
    int[] shared(int[] request, int[] shared) {
        for (long key : ngrams(request)) {
            int slot = slot(key);
            if (keys[slot] != FREE) {
                int ngram = numbers[slot];
                for (int i = starts[ngram]; i < starts[ngram + 1]; i++) {
                    shared[owners[i]] += weights[ngram];
                }
            }
        }
        return shared;
    }

    /** floor(4 log2(forms / having)), the quotient rounded down. */
    static int rarity(int forms, int having) {
        long quotient = forms / having;
        if (quotient < 1 << 15) {
            return 63 - Long.numberOfLeadingZeros(quotient * quotient * quotient * quotient);
        }
        return BigInteger.valueOf(quotient).pow(4).bitLength() - 1;
    }

    /** The distinct n-grams of a text, each as one number, ascending. */
    private static long[] ngrams(int[] text) {
        long[] all = new long[2 * text.length];
        return Arrays.copyOf(all, ngrams(text, text.length, all));
    }

    /** The same of {@code length} code points, put into {@code all}, which has twice as many places; how many they are. */
    private static int ngrams(int[] text, int length, long[] all) {
        int count = 0;
        for (int at = 0; at + 1 < length; at++) {
            long two = (long) text[at] << 21 | text[at + 1];
            all[count++] = two << 21;
            if (at + 2 < length) {
                all[count++] = two << 21 | text[at + 2];
            }
        }
        Arrays.sort(all, 0, count);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || all[i] != all[i - 1]) {
                all[kept++] = all[i];
            }
        }
        return kept;
    }

    /** The number of an n-gram, a new one where it has none. */
    private int add(long key) {
        int slot = slot(key);
        if (keys[slot] == FREE) {
            keys[slot] = key;
            numbers[slot] = size++;
            if (2 * size > keys.length) {
                grow();
                return size - 1;
            }
        }
        return numbers[slot];
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        long mixed = key * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 40) & mask;
        while (keys[slot] != FREE && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldNumbers = numbers;
        keys = new long[2 * oldKeys.length];
        numbers = new int[2 * oldKeys.length];
        Arrays.fill(keys, FREE);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }
}
