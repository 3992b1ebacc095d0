package edgeer;

import java.util.Arrays;

/** Text as code points. */
final class CodePoints {
    private CodePoints() {}

    /** The code points of {@code text} without its spaces. */
    static int[] of(String text) {
        int[] points = new int[text.length()];
        return Arrays.copyOf(points, put(text.toCharArray(), text.length(), points));
    }

    /** Puts the code points of {@code size} characters into {@code points}, without spaces; how many they are. */
    static int put(char[] text, int size, int[] points) {
        int count = 0;
        int code;
        for (int at = 0; at < size; at += Character.charCount(code)) {
            code = Character.codePointAt(text, at, size);
            if (code != ' ') {
                points[count++] = code;
            }
        }
        return count;
    }
}
