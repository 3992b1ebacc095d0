package edgeer;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the tests read: golden files and bundles of the repository, whose root is the property {@code edgeer.repository}. */
final class Rows {
    private static final Map<String, EntityResolver> RESOLVERS = new HashMap<String, EntityResolver>();

    private Rows() {}

    static File file(String path) {
        return new File(System.getProperty("edgeer.repository", "../.."), path);
    }

    /** The rows of a golden file. */
    static List<Fields> golden(String name) throws IOException {
        return of(file("tests/golden/" + name));
    }

    /** The rows of a file with a JSON object a line. */
    static List<Fields> of(File file) throws IOException {
        List<Fields> rows = new ArrayList<Fields>();
        for (String line : new String(Sources.readAll(new FileInputStream(file)), Bundle.UTF_8).split("\n")) {
            rows.add(new Fields(Json.parseRequest(line.getBytes(Bundle.UTF_8))));
        }
        return rows;
    }

    static Object json(String text) {
        return Json.parse(text.getBytes(Bundle.UTF_8));
    }

    /** The resolver of a bundle of the repository, loaded once. */
    static synchronized EntityResolver resolver(String bundle) {
        if (!RESOLVERS.containsKey(bundle)) {
            RESOLVERS.put(bundle, EntityResolver.load(file("models/" + bundle)));
        }
        return RESOLVERS.get(bundle);
    }

    static int[] ints(List<Object> values) {
        int[] found = new int[values.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = Fields.whole(values.get(i));
        }
        return found;
    }

    static byte[] base64(String text) {
        return java.util.Base64.getDecoder().decode(text);
    }
}
