package edgeer;

import java.io.IOException;
import java.io.InputStream;

/** The tables that all runtimes share ({@code edge_er/data} of the project), as resources beside the classes. */
final class Tables {
    private Tables() {}

    static String[] lines(String name) {
        InputStream stream = Tables.class.getResourceAsStream("/edgeer/data/" + name); // whatever this class is renamed to
        if (stream == null) {
            throw new EdgeErException(
                    "edgeer/data/" + name + " is not among the resources of the app; copy edge_er/data/*.txt there");
        }
        try {
            return new String(Sources.readAll(stream), Bundle.UTF_8).split("\n");
        } catch (IOException error) {
            throw new EdgeErException("edgeer/data/" + name + ": cannot be read (" + error.getMessage() + ")", error);
        }
    }
}
