package edgeer;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Pieces of two and three characters, each with the forms that hold it; a piece is worth floor(4 log2(forms / forms with the
 * piece)).
 */
final class GramIndex {
    private static final long FREE = -1; // no piece is -1: code points have 21 bits

    private final int forms;
    private final int[] totals;
    private int[] starts;
    private int[] owners;
    private int[] worth;
    private long[] keys = new long[1 << 12];
    private int[] numbers = new int[1 << 12];
    private int pieces;

    /**
     * @param texts what each form sounds like, as code points
     * @param like what pieces are worth, with one that is not in it worth what a piece of one form is; null for the rarity here
     */
    GramIndex(int[][] texts, GramIndex like) {
        forms = texts.length;
        totals = new int[forms];
        Arrays.fill(keys, FREE);
        int[][] held = new int[forms][];
        int[] having = new int[1 << 12];
        for (int form = 0; form < forms; form++) {
            long[] distinct = grams(texts[form]);
            held[form] = new int[distinct.length];
            for (int i = 0; i < distinct.length; i++) {
                int number = add(distinct[i]);
                held[form][i] = number;
                having = number < having.length ? having : Arrays.copyOf(having, 2 * having.length);
                having[number]++;
            }
        }
        fill(held, having, like);
    }

    private void fill(int[][] held, int[] having, GramIndex like) {
        starts = new int[pieces + 1];
        worth = new int[pieces];
        for (int piece = 0; piece < pieces; piece++) {
            starts[piece + 1] = starts[piece] + having[piece];
            worth[piece] = rarity(forms, having[piece]);
        }
        for (int slot = 0; like != null && slot < keys.length; slot++) {
            if (keys[slot] != FREE) {
                worth[numbers[slot]] = like.worthOf(keys[slot]);
            }
        }
        owners = new int[starts[pieces]];
        int[] next = starts.clone();
        for (int form = 0; form < forms; form++) {
            for (int piece : held[form]) {
                owners[next[piece]++] = form;
                totals[form] += worth[piece];
            }
        }
    }

    /** The worth of all pieces of a form. */
    int total(int form) {
        return totals[form];
    }

    private int worthOf(long gram) {
        int slot = slot(gram);
        return keys[slot] == FREE ? rarity(forms, 1) : worth[numbers[slot]];
    }

    /** Worth of the pieces that each form shares with a request, given as code points: [forms]. */
    int[] shared(int[] request) {
        int[] shared = new int[forms];
        for (long gram : grams(request)) {
            int slot = slot(gram);
            if (keys[slot] != FREE) {
                int piece = numbers[slot];
                for (int i = starts[piece]; i < starts[piece + 1]; i++) {
                    shared[owners[i]] += worth[piece];
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

    /** The distinct pieces of a text, each as one number, ascending. */
    private static long[] grams(int[] text) {
        long[] all = new long[Math.max(2 * text.length - 3, 0)];
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
        return Arrays.copyOf(all, kept);
    }

    /** The number of a piece, a new one where it has none. */
    private int add(long gram) {
        int slot = slot(gram);
        if (keys[slot] == FREE) {
            keys[slot] = gram;
            numbers[slot] = pieces++;
            if (2 * pieces > keys.length) {
                grow();
                return pieces - 1;
            }
        }
        return numbers[slot];
    }

    private int slot(long gram) {
        int mask = keys.length - 1;
        long mixed = gram * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 40) & mask;
        while (keys[slot] != FREE && keys[slot] != gram) {
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
