package edgeer;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * What words count in a catalog: what leaving them out costs, and which are weak, common, rare or part of a frequency, as {@code
 * edge_er/text/word_values.py} defines it.
 */
final class WordValues {
    static final int WEAK_GAIN = 16; // what a word of a carrier or a filler gains at most
    static final int OMITTED = 40; // a word of the form that is not said,
    static final int OMITTED_NUMBER = 64; // a number,
    static final int OMITTED_FILLER = 8; // a filler,
    static final int OMITTED_COMMON = 16; // a word that many forms have,
    static final int OMITTED_FREQUENCY = 6; // a part of a frequency
    static final int COMMON_SHARE = 20; // more than one form in so many has a common word,
    static final int COMMON_LEAST = 5; // and at least so many forms
    static final int RARE_LETTERS = 3; // a rare word has so many letters at least,
    static final int RARE_MOST = 8; // and so many forms have it at most

    private WordValues() {}

    /** Whether a word is one of carriers or fillers. */
    static boolean isWeak(String word) {
        return Carriers.hasWord(word) || Carriers.isFiller(word);
    }

    /** Whether so many forms, of all {@code forms}, have a word that is common. */
    static boolean isCommon(int having, int forms) {
        return (long) having * COMMON_SHARE > forms && having >= COMMON_LEAST;
    }

    /** Whether a word that so many forms have says which name is meant: it is no number, no filler and no word of a carrier. */
    static boolean isRare(String word, int having) {
        boolean isLong = word.codePointCount(0, word.length()) >= RARE_LETTERS;
        return isLong && having <= RARE_MOST && !isNumber(word) && !isWeak(word);
    }

    /** What leaving the word of a form out costs, if it is no part of a frequency; {@code common} are the words that many forms have. */
    static int omission(String word, Set<String> common) {
        if (Carriers.isFiller(word)) {
            return OMITTED_FILLER;
        }
        if (isNumber(word)) {
            return OMITTED_NUMBER;
        }
        return common.contains(word) || Carriers.hasWord(word) ? OMITTED_COMMON : OMITTED;
    }

    /** The words of a form that are part of a frequency: "98" and "9" of 98.9, "1028", "790" of 790 AM. */
    static Set<String> frequencies(String[] words) {
        Set<String> found = Collections.emptySet();
        for (int i = 0; i < words.length; i++) {
            if (!isNumber(words[i]) || words[i].length() > 4) {
                continue;
            }
            int number = Integer.parseInt(words[i]);
            String following = i + 1 < words.length ? words[i + 1] : "";
            boolean decimals = isNumber(following) && following.length() <= 2;
            boolean pointed = number >= 87 && number <= 108 && (decimals || following.equals("fm")); // MHz before the point
            boolean whole = number >= 875 && number <= 1080 || number >= 530 && number <= 1700 && number % 10 == 0; // or kHz
            if (pointed || whole) {
                found = found.isEmpty() ? new HashSet<String>() : found;
                found.add(words[i]);
            }
            if (pointed && decimals) {
                found.add(following);
            }
        }
        return found;
    }

    private static boolean isNumber(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '9') {
                return false;
            }
        }
        return !word.isEmpty();
    }
}
