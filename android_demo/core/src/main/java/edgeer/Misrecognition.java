package edgeer;

import java.util.Arrays;
import java.util.List;

/**
 * How much likelier a request becomes when a form was said in it, in eighths of a bit: the best weighted alignment of their
 * letters, as {@code edge_er/text/misrecognition.py} defines it. All whole numbers.
 */
final class Misrecognition {
    /** Units of a score in a bit. */
    static final int BIT = 8;

    static final int LEFT = 12;
    static final int BORDER = 16;
    static final int SPARED = 4;

    private final MisrecognitionCosts costs;
    private final List<String> texts;
    private final Letters[] forms; // made when a form is first compared; whoever makes them makes the same

    /**
     * @param texts canonical forms
     */
    Misrecognition(String lang, List<String> texts) {
        costs = new MisrecognitionCosts(lang);
        this.texts = texts;
        forms = new Letters[texts.size()];
    }

    /** The letters of a form, and whether each is cheap to lose; null where none is. */
    private static final class Letters {
        final byte[] codes;
        final boolean[] spared;

        Letters(String form) {
            codes = codes(form);
            spared = Carriers.spared(form);
        }
    }

    private Letters letters(int form) {
        Letters letters = forms[form];
        if (letters == null) {
            letters = new Letters(texts.get(form));
            forms[form] = letters;
        }
        return letters;
    }

    /** The codes of the letters of a text, without spaces. */
    private static byte[] codes(String text) {
        byte[] codes = new byte[text.length()];
        int count = 0;
        int code;
        for (int at = 0; at < text.length(); at += Character.charCount(code)) {
            code = text.codePointAt(at);
            if (code != ' ') {
                codes[count++] = (byte) MisrecognitionCosts.code(code);
            }
        }
        return count == codes.length ? codes : Arrays.copyOf(codes, count);
    }

    /** Score of each of {@code chosen} forms as an explanation of a request. */
    int[] scores(Carriers request, int[] chosen) {
        int[] scores = new int[chosen.length];
        byte[] heard = codes(request.request);
        if (heard.length == 0) {
            return scores;
        }
        Alignment alignment = new Alignment(request, heard);
        for (int i = 0; i < chosen.length; i++) {
            scores[i] = alignment.score(letters(chosen[i]));
        }
        return scores;
    }

    /** What a word earns where all its letters are recognised as they are. */
    int gain(String word) {
        byte[] said = codes(word);
        int gain = 0;
        for (int i = 0; i < said.length; i++) {
            int previous = i == 0 ? MisrecognitionCosts.EDGE : said[i - 1];
            int next = i + 1 == said.length ? MisrecognitionCosts.EDGE : said[i + 1];
            int pair = previous * MisrecognitionCosts.CODES + said[i];
            int after = pair * MisrecognitionCosts.COLUMNS;
            int before = (said[i] * MisrecognitionCosts.CODES + next) * MisrecognitionCosts.COLUMNS;
            gain += costs.usual[pair] - cost(said[i] * MisrecognitionCosts.COLUMNS, after, before, said[i]);
        }
        return gain;
    }

    /** One request, with what does not depend on the form. */
    private final class Alignment {
        private final byte[] heard;
        private final int[] reward; // for explaining each letter, beside the gain of the pair
        private final int[] start; // score of beginning a form at each place
        private final int[] end; // and of ending it there
        private final int[] row; // of the alignment, for every form anew

        Alignment(Carriers request, byte[] heard) {
            this.heard = heard;
            int count = heard.length;
            reward = new int[count];
            int[] skipped = new int[count + 1];
            int[] left = new int[count + 1];
            int[] border = new int[count + 1];
            border[0] = BORDER;
            int place = 0;
            for (int number = 0; number < request.words.length; number++) {
                String word = request.words[number];
                boolean ofName = number >= request.first && number < request.last;
                int cost = Carriers.hasWord(word) ? 0 : LEFT;
                for (int i = word.codePointCount(0, word.length()); i > 0; i--) {
                    int before = place == 0 ? MisrecognitionCosts.EDGE : heard[place - 1];
                    int pair = before * MisrecognitionCosts.CODES + heard[place];
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
            row = new int[count + 1];
            for (int i = 0; i <= count; i++) {
                start[i] = skipped[i] - left[i] + border[i];
                end[i] = left[i] - left[count] + border[i] - skipped[i];
            }
        }

        /** Costs of added and lost letters are in start, end and gains: what is left is the heaviest common subsequence. */
        int score(Letters letters) {
            byte[] form = letters.codes;
            boolean[] spared = letters.spared;
            int[] row = this.row;
            System.arraycopy(start, 0, row, 0, row.length);
            keepHighest(row);
            int lost = 0;
            for (int i = 0; i < form.length; i++) {
                int said = form[i] * MisrecognitionCosts.COLUMNS;
                int previous = i == 0 ? MisrecognitionCosts.EDGE : form[i - 1];
                int next = i + 1 == form.length ? MisrecognitionCosts.EDGE : form[i + 1];
                int after = (previous * MisrecognitionCosts.CODES + form[i]) * MisrecognitionCosts.COLUMNS;
                int before = (form[i] * MisrecognitionCosts.CODES + next) * MisrecognitionCosts.COLUMNS;
                int missing = Math.max(cost(said, after, before, MisrecognitionCosts.LOST), 1);
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
        if (cost >= MisrecognitionCosts.UNHEARD_OF) {
            return cost;
        }
        int shifted = cost + costs.after[after + heard] + costs.before[before + heard];
        return Math.max(0, Math.min(shifted, MisrecognitionCosts.UNHEARD_OF));
    }

    private static void keepHighest(int[] row) {
        for (int place = 1; place < row.length; place++) {
            row[place] = Math.max(row[place], row[place - 1]);
        }
    }
}
