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
        int[] found = new int[count];
        System.arraycopy(points, 0, found, 0, count);
        return found;
    }

    /**
     * The fewest insertions, deletions and replacements that turn {@code form} into some part of {@code request}, the empty part
     * too (Sellers).
     */
    static int leastEdits(int[] form, int[] request) {
        int[] row = new int[request.length + 1];
        for (int letter = 0; letter < form.length; letter++) {
            int diagonal = row[0];
            row[0] = letter + 1;
            for (int place = 1; place < row.length; place++) {
                int replaced = diagonal + (form[letter] == request[place - 1] ? 0 : 1);
                diagonal = row[place];
                row[place] = Math.min(replaced, Math.min(row[place], row[place - 1]) + 1);
            }
        }
        int least = row[0];
        for (int edits : row) {
            least = Math.min(least, edits);
        }
        return least;
    }
}
