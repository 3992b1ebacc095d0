package edgeer;

import java.util.Arrays;

/**
 * The letters of canonical text as codes: a-z, 0-9, the digraphs of a language, and what all other characters share, as in {@code
 * edge_er/text/letters.py}. A digraph counts as one letter; in a spelled text a capital letter stands for it.
 */
final class Letters {
    private static final int BASIC = 36; // letters and digits

    /** The first code of other characters. */
    final int others;

    private final String[] digraphs;

    /** @param digraphs of which the first that fits counts */
    Letters(String... digraphs) {
        this.digraphs = digraphs;
        others = BASIC + digraphs.length;
    }

    /** The text with a capital letter for each digraph. */
    String spelled(String text) {
        String spelled = text;
        for (int i = 0; i < digraphs.length; i++) {
            spelled = spelled.replace(digraphs[i], String.valueOf((char) ('A' + i)));
        }
        return spelled;
    }

    /** How many letters a text without spaces has. */
    int count(String text) {
        return codes(text).length;
    }

    /** The codes of the letters of a text, spaces left out. */
    byte[] codes(String text) {
        String spelled = spelled(text);
        byte[] codes = new byte[spelled.length()];
        int count = 0;
        int character;
        for (int at = 0; at < spelled.length(); at += Character.charCount(character)) {
            character = spelled.codePointAt(at);
            if (character != ' ') {
                codes[count++] = (byte) code(character);
            }
        }
        return Arrays.copyOf(codes, count);
    }

    /** The code of a character of a spelled text. */
    int code(int character) {
        if (character >= 'a' && character <= 'z') {
            return character - 'a';
        }
        if (character >= '0' && character <= '9') {
            return 26 + character - '0';
        }
        if (character >= 'A' && character - 'A' + BASIC < others) {
            return BASIC + character - 'A';
        }
        return others + character % (MisrecognitionCosts.EDGE - others);
    }
}
