package edgeer;

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
        int[] kept = new int[count];
        System.arraycopy(points, 0, kept, 0, count);
        return kept;
    }
}
