package edgeer;

import java.util.List;

/**
 * How much likelier a request becomes when a form was said in it, in eighths of a bit: the best weighted alignment of their
 * letters, as {@code edge_er/hearing.py} defines it. All whole numbers.
 */
final class Hearing {
    /** Units of worth in a bit. */
    static final int BIT = 8;

    static final int LEFT = 12;
    static final int BORDER = 16;
    static final int SPARED = 4;

    private final HearingCosts costs;
    private final byte[][] forms;
    private final boolean[][] spared;

    /**
     * @param texts canonical forms
     */
    Hearing(String lang, List<String> texts) {
        costs = new HearingCosts(lang);
        forms = new byte[texts.size()][];
        spared = new boolean[forms.length][];
        for (int form = 0; form < forms.length; form++) {
            forms[form] = codes(CodePoints.of(texts.get(form)));
            spared[form] = Carrier.spared(texts.get(form));
        }
    }

    private static byte[] codes(int[] text) {
        byte[] codes = new byte[text.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) HearingCosts.code(text[i]);
        }
        return codes;
    }

    /** Worth of each of {@code chosen} forms as an explanation of a canonical request. */
    int[] worth(String request, int[] chosen) {
        int[] worth = new int[chosen.length];
        byte[] heard = codes(CodePoints.of(request));
        if (heard.length == 0) {
            return worth;
        }
        Heard around = new Heard(request, heard);
        for (int i = 0; i < chosen.length; i++) {
            worth[i] = around.worth(forms[chosen[i]], spared[chosen[i]]);
        }
        return worth;
    }

    /** One request, with what does not depend on the form. */
    private final class Heard {
        private final byte[] heard;
        private final int[] reward; // what each letter is worth when a form explains it, beside that of the pair
        private final int[] start; // worth of beginning a form at each place
        private final int[] end; // and of ending it there

        Heard(String request, byte[] heard) {
            this.heard = heard;
            int count = heard.length;
            reward = new int[count];
            int[] skipped = new int[count + 1];
            int[] left = new int[count + 1];
            int[] border = new int[count + 1];
            border[0] = BORDER;
            String[] words = request.split(" ");
            Carrier carrier = new Carrier(words);
            int place = 0;
            for (int number = 0; number < words.length; number++) {
                String word = words[number];
                boolean ofName = number >= carrier.first && number < carrier.last;
                int cost = Carrier.hasWord(word) ? 0 : LEFT;
                for (int i = word.codePointCount(0, word.length()); i > 0; i--) {
                    int pair = (place == 0 ? HearingCosts.EDGE : heard[place - 1]) * HearingCosts.CODES + heard[place];
                    int usual = ofName ? costs.usual[pair] : 0;
                    int added = Math.max(costs.added[pair] - usual, 1);
                    reward[place] = usual + added;
                    skipped[place + 1] = skipped[place] + added;
                    place++;
                    left[place] = left[place - 1] + cost;
                }
                border[place] = BORDER;
            }
            start = new int[count + 1];
            end = new int[count + 1];
            for (int i = 0; i <= count; i++) {
                start[i] = skipped[i] - left[i] + border[i];
                end[i] = left[i] - left[count] + border[i] - skipped[i];
            }
        }

        /** Costs of added and lost letters are in start, end and gains: what is left is the heaviest common subsequence. */
        int worth(byte[] form, boolean[] spared) {
            int[] row = start.clone();
            keepHighest(row);
            int lost = 0;
            for (int i = 0; i < form.length; i++) {
                int said = form[i] * HearingCosts.COLUMNS;
                int previous = i == 0 ? HearingCosts.EDGE : form[i - 1];
                int next = i + 1 == form.length ? HearingCosts.EDGE : form[i + 1];
                int after = (previous * HearingCosts.CODES + form[i]) * HearingCosts.COLUMNS;
                int before = (form[i] * HearingCosts.CODES + next) * HearingCosts.COLUMNS;
                int missing = Math.max(cost(said, after, before, HearingCosts.LOST), 1);
                if (spared != null && spared[i]) {
                    missing = Math.max(missing / SPARED, 1);
                }
                lost += missing;
                int diagonal = row[0];
                for (int place = 1; place < row.length; place++) {
                    int letter = heard[place - 1];
                    int explained = diagonal + missing - cost(said, after, before, letter) + reward[place - 1];
                    diagonal = row[place];
                    row[place] = Math.max(Math.max(explained, row[place]), row[place - 1]);
                }
            }
            int best = Integer.MIN_VALUE;
            for (int place = 0; place < row.length; place++) {
                best = Math.max(best, row[place] + end[place]);
            }
            return best - lost;
        }
    }

    private int cost(int said, int after, int before, int heard) {
        int cost = costs.said[said + heard];
        if (cost >= HearingCosts.UNHEARD_OF) {
            return cost;
        }
        int shifted = cost + costs.after[after + heard] + costs.before[before + heard];
        return Math.max(0, Math.min(shifted, HearingCosts.UNHEARD_OF));
    }

    private static void keepHighest(int[] row) {
        for (int place = 1; place < row.length; place++) {
            row[place] = Math.max(row[place], row[place - 1]);
        }
    }
}
