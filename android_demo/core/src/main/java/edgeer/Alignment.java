package edgeer;

import java.util.Arrays;

/**
 * The best weighted alignments of one request with forms. Arrays and tables serve one request after another; only one thread
 * may use them at a time.
 *
 * <p>What a letter of a form gains depends on its context alone: on itself, its neighbours, and on whether it is cheap to lose.
 * Forms of a request have many contexts in common, so the gains of each are found once for all places of the request.
 */
final class Alignment {
    static final int LEFT = 12;
    static final int BORDER = 16;
    static final int SPARED = 4;
    private static final int BITS = 6; // of a code
    private static final int MOST_KEPT = 1 << 17; // gains that are kept for the next request

    private final MisrecognitionCosts costs;

    private int count; // letters of the request
    private int[] reward = {}; // for explaining each of them, beside the gain of the pair
    private int[] start = {}; // score of beginning a form at each place
    private int[] end = {}; // and of ending it there
    private int[] row = {}; // of the alignment, for every form anew

    private byte[] heard = {}; // their codes
    private final int[] codes = new int[MisrecognitionCosts.CODES]; // the distinct ones
    private int kinds; // how many these are
    private final int[] gainOf = new int[MisrecognitionCosts.CODES]; // of each code, in one context

    private int[] contexts = new int[1 << 12]; // a hash table: a context and 1, 0 where there is none
    private int[] numbers = new int[1 << 12]; // of those contexts
    private int known; // contexts
    private int[] lost = new int[1 << 11]; // what losing the letter of each costs
    private int[] gains = {}; // of each at each place

    Alignment(MisrecognitionCosts costs) {
        this.costs = costs;
    }

    /** Whether the arrays are small enough to be kept. */
    boolean isSmall() {
        return gains.length <= MOST_KEPT;
    }

    /** The contexts of the letters of a form, spaces left out. */
    static int[] contexts(String form, Letters letters) {
        byte[] said = letters.codes(form);
        boolean[] spared = Carriers.spared(form, letters);
        int[] contexts = new int[said.length];
        int previous = MisrecognitionCosts.EDGE;
        for (int i = 0; i < said.length; i++) {
            int next = i + 1 == said.length ? MisrecognitionCosts.EDGE : said[i + 1];
            int cheap = spared != null && spared[i] ? 1 : 0;
            contexts[i] = ((previous << BITS | said[i]) << BITS | next) << 1 | cheap;
            previous = said[i];
        }
        return contexts;
    }

    /** Begins with a request, whose letters are {@code heard}. */
    void read(Carriers request, byte[] heard) {
        count = heard.length;
        this.heard = heard;
        if (row.length <= count) {
            reward = new int[count];
            start = new int[count + 1];
            end = new int[count + 1];
            row = new int[count + 1];
        }
        readCodes();
        Arrays.fill(contexts, 0);
        known = 0;
        int skipped = 0;
        int left = 0;
        start[0] = BORDER;
        end[0] = BORDER;
        int place = 0;
        for (int number = 0; number < request.words.length; number++) {
            String word = request.words[number];
            boolean ofName = number >= request.first && number < request.last;
            int cost = Carriers.hasWord(word) ? 0 : LEFT;
            for (int i = costs.letters.count(word); i > 0; i--) {
                int before = place == 0 ? MisrecognitionCosts.EDGE : heard[place - 1];
                int pair = before * MisrecognitionCosts.CODES + heard[place];
                int usual = ofName ? costs.usual[pair] : 0;
                int added = Math.max(costs.added[pair] - usual, 1);
                reward[place] = usual + added;
                skipped += added;
                left += cost;
                place++;
                int border = i == 1 ? BORDER : 0;
                start[place] = skipped - left + border;
                end[place] = left - skipped + border;
            }
        }
        end[0] -= left;
        for (int i = 1; i <= count; i++) {
            end[i] -= left;
            start[i] = Math.max(start[i], start[i - 1]); // what went before may have begun earlier
        }
    }

    private void readCodes() {
        boolean[] seen = new boolean[MisrecognitionCosts.CODES];
        kinds = 0;
        for (byte code : heard) {
            if (!seen[code]) {
                seen[code] = true;
                codes[kinds++] = code;
            }
        }
    }

    /**
     * The score of a form, given as contexts. Costs of added and lost letters are in start, end and gains: what is left is the
     * heaviest common subsequence.
     */
    int score(int[] form) {
        System.arraycopy(start, 0, row, 0, count + 1);
        int missing = 0;
        for (int context : form) {
            int number = number(context);
            missing += lost[number];
            addLetter(row, gains, number * count, count);
        }
        int best = Integer.MIN_VALUE;
        for (int place = 0; place <= count; place++) {
            best = Math.max(best, row[place] + end[place]);
        }
        return best - missing;
    }

    /** One letter more of a form: the inner loop. */
    private static void addLetter(int[] row, int[] gains, int from, int count) {
        int diagonal = row[0];
        int best = diagonal;
        for (int place = 0; place < count; place++) {
            int explained = diagonal + gains[from + place];
            diagonal = row[place + 1];
            best = Math.max(best, Math.max(explained, diagonal));
            row[place + 1] = best;
        }
    }

    /** The number of a context, whose gains are found when it is new. */
    private int number(int context) {
        int slot = slot(context);
        if (contexts[slot] == 0) {
            if (known == lost.length) {
                grow();
                slot = slot(context);
            }
            contexts[slot] = context + 1;
            numbers[slot] = known;
            findGains(context);
            known++;
        }
        return numbers[slot];
    }

    private int slot(int context) {
        int mask = contexts.length - 1;
        int slot = context * 0x9E3779B1 >>> 12 & mask;
        while (contexts[slot] != 0 && contexts[slot] != context + 1) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldContexts = contexts;
        int[] oldNumbers = numbers;
        contexts = new int[2 * oldContexts.length];
        numbers = new int[contexts.length];
        lost = Arrays.copyOf(lost, 2 * lost.length);
        for (int i = 0; i < oldContexts.length; i++) {
            if (oldContexts[i] != 0) {
                int slot = slot(oldContexts[i] - 1);
                contexts[slot] = oldContexts[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }

    private void findGains(int context) {
        int after = context >> BITS + 1; // previous and said
        int before = context >> 1 & (1 << 2 * BITS) - 1; // said and next
        int missing = Math.max(costs.of(after, before, MisrecognitionCosts.LOST), 1);
        if ((context & 1) == 1) {
            missing = Math.max(missing / SPARED, 1);
        }
        lost[known] = missing;
        for (int i = 0; i < kinds; i++) {
            gainOf[codes[i]] = missing - costs.of(after, before, codes[i]);
        }
        int from = known * count;
        if (gains.length < from + count) {
            gains = Arrays.copyOf(gains, Math.max(2 * gains.length, from + count));
        }
        for (int place = 0; place < count; place++) {
            gains[from + place] = gainOf[heard[place]] + reward[place];
        }
    }
}
