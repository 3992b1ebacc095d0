package edgeer;

import java.math.BigInteger;
import java.util.Arrays;

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
     * @param texts what each form sounds like, as code points
     * @param like the index whose weights count, where an n-gram that it lacks has that of one form; null for the rarity here
     */
    NgramIndex(int[][] texts, NgramIndex like) {
        forms = texts.length;
        totals = new int[forms];
        Arrays.fill(keys, FREE);
        int[][] held = new int[forms][];
        int[] having = new int[1 << 12];
        long[] distinct = new long[64];
        for (int form = 0; form < forms; form++) {
            distinct = texts[form].length > distinct.length / 2 ? new long[2 * texts[form].length] : distinct;
            held[form] = new int[ngrams(texts[form], distinct)];
            for (int i = 0; i < held[form].length; i++) {
                int number = add(distinct[i]);
                held[form][i] = number;
                having = number < having.length ? having : Arrays.copyOf(having, 2 * having.length);
                having[number]++;
            }
        }
        fill(held, having, like);
    }

    private void fill(int[][] held, int[] having, NgramIndex like) {
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
        int[] next = starts.clone();
        for (int form = 0; form < forms; form++) {
            for (int ngram : held[form]) {
                owners[next[ngram]++] = form;
                totals[form] += weights[ngram];
            }
        }
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
        return Arrays.copyOf(all, ngrams(text, all));
    }

    /** The same, put into {@code all}, which has twice as many places as the text; how many they are. */
    private static int ngrams(int[] text, long[] all) {
        int count = 0;
        for (int at = 0; at + 1 < text.length; at++) {
            long two = (long) text[at] << 21 | text[at + 1];
            all[count++] = two << 21;
            if (at + 2 < text.length) {
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
