package edgeer;

import java.io.FileNotFoundException;
import java.io.IOException;

/** Where the files of a bundle come from: a directory, a zip, the assets of an app, … */
public interface BundleSource {
    /**
     * The whole contents of a file of the bundle ("manifest.json").
     *
     * @throws FileNotFoundException where there is no such file
     * @throws IOException where it cannot be read
     */
    byte[] read(String name) throws IOException;

    /** What to call this place in messages: a path. */
    String place();
}
