package edgeer;

import java.io.IOException;

/** A source that can refuse a file before it reads it. */
interface SizedSource extends BundleSource {
    /**
     * The whole contents of a regular file of {@code most} bytes at most.
     *
     * @throws IOException as {@link #read(String)}, and where the file is larger or no regular one
     */
    byte[] read(String name, long most) throws IOException;
}
