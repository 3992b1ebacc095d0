package edgeer;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The tables that all runtimes share ({@code edge_er/data} of the project), as resources beside the classes. */
final class Tables {
    private Tables() {}

    static byte[] bytes(String name) {
        InputStream stream = Tables.class.getResourceAsStream("/edgeer/data/" + name); // whatever this class is renamed to
        if (stream == null) {
            throw new EdgeErException(
                    "edgeer/data/" + name + " is not among the resources of the app; copy edge_er/data there");
        }
        try {
            return Sources.readAll(stream);
        } catch (IOException error) {
            throw new EdgeErException("edgeer/data/" + name + ": cannot be read (" + error.getMessage() + ")", error);
        }
    }

    /**
     * The lines of a table, without comments and empty ones.
     *
     * @param section only those after {@code [section]}, up to the next; null for all
     * @param kinds only lines that begin with one of these; none for all
     */
    static List<String> lines(String name, @Nullable String section, String... kinds) {
        byte[] text = bytes(name);
        List<String> lines = new ArrayList<String>();
        boolean inside = section == null;
        int start = 0;
        for (int at = 0; at < text.length; at++) {
            if (text[at] == '\n') {
                if (text[start] == '[') {
                    inside = section == null || ByteReader.startsWith(text, start, "[" + section + "]");
                } else if (inside && at > start && text[start] != '#' && isOf(kinds, text, start)) {
                    lines.add(new String(text, start, at - start, Bundle.UTF_8));
                }
                start = at + 1;
            }
        }
        return lines;
    }

    private static boolean isOf(String[] kinds, byte[] text, int start) {
        boolean found = kinds.length == 0;
        for (int i = 0; i < kinds.length && !found; i++) {
            found = ByteReader.startsWith(text, start, kinds[i]);
        }
        return found;
    }
}
