package edgeer;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Words in scripts that are written without spaces, Chinese, Japanese, Thai, Lao, Burmese and Khmer: a name in a sentence is a part
 * of what counts as one word, as {@code edge_er/text/unspaced.py} defines it.
 */
final class Unspaced {
    private static final int LEAST = 2; // characters of a part
    private static final int MOST = 16;

    private Unspaced() {}

    /** Whether all of a text is written so; it has two characters at least. */
    static boolean is(String text) {
        return text.length() >= LEAST && end(text, 0) == text.length();
    }

    /** All that may be a name in a word: what stands together there, of 2 to 16 characters of these scripts. */
    static Set<String> parts(String word) {
        Set<String> found = new LinkedHashSet<String>();
        for (int start = 0; start < word.length(); start++) {
            int end = Math.min(end(word, start), start + MOST);
            for (int stop = start + LEAST; stop <= end; stop++) {
                found.add(word.substring(start, stop));
            }
        }
        return found;
    }

    /** The place after the last of such characters from a place on. */
    private static int end(String word, int start) {
        int end = start;
        while (end < word.length() && isLetter(word.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isLetter(char each) {
        return each >= 0x0e00 && each <= 0x0eff // Thai, Lao
                || each >= 0x1000 && each <= 0x109f // Burmese
                || each >= 0x1780 && each <= 0x17ff // Khmer
                || each >= 0x3040 && each <= 0x30ff // Hiragana, Katakana
                || each >= 0x3400 && each <= 0x9fff; // Han
    }
}
