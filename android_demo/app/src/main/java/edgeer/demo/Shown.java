package edgeer.demo;

/** Texts of others, made harmless where people read them, as {@code edge_er/text/display.py} does. */
final class Shown {
    private Shown() {}

    /** A text with every character that turns the direction of writing, and every control character, as an escape. */
    static String of(String text) {
        StringBuilder built = null;
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            if (steers(each) && built == null) {
                built = new StringBuilder(text.substring(0, at));
            }
            if (built != null) {
                built.append(steers(each) ? String.format(each < 0x100 ? "\\x%02x" : "\\u%04x", (int) each) : each);
            }
        }
        return built == null ? text : built.toString();
    }

    /** Control characters but tab and line feed, separators of lines, and what turns the direction of writing. */
    private static boolean steers(char each) {
        return each < 0x20 && each != '\t' && each != '\n'
                || each >= 0x7f && each < 0xa0
                || each == 0x61c
                || each == 0x200e
                || each == 0x200f
                || each >= 0x2028 && each <= 0x202e
                || each >= 0x2066 && each <= 0x2069;
    }
}
