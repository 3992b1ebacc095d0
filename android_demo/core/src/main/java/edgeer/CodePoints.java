package edgeer;

import java.util.Arrays;

/** Text as code points. */
final class CodePoints {
    private CodePoints() {}

    /** The code points of {@code text} without its spaces. */
    static int[] of(String text) {
        int[] points = new int[text.length()];
        int count = 0;
        int code;
        for (int at = 0; at < text.length(); at += Character.charCount(code)) {
            code = text.codePointAt(at);
            if (code != ' ') {
                points[count++] = code;
            }
        }
        return count == points.length ? points : Arrays.copyOf(points, count);
    }
}
