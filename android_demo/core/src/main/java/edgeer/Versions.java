package edgeer;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;

/** A bundle of one version, also while somebody replaces it: it is read again, and the gap between two renames is bridged. */
final class Versions {
    private static final int TRIES = 6;
    private static final long PAUSE = 10; // milliseconds after the first try; twice as long after each one more

    private Versions() {}

    /**
     * The bundle at a path.
     *
     * @throws BundleBusyException other versions took its place again and again; else as {@link Bundle}
     */
    static Bundle read(File path, @Nullable Trust trust) {
        BundleException cause = null;
        boolean missing = false; // in the try before
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (attempt > 0) {
                pause(PAUSE << (attempt - 1));
            }
            for (File place : new File[] {path, previous(path)}) {
                Noting source = null;
                try {
                    source = new Noting(Sources.of(place));
                    return new Bundle(source, trust);
                } catch (BundleNotFoundException error) {
                    // Between two renames there is nothing: then the version before is read, or what is there a moment later.
                    if (place == path) {
                        if (missing) {
                            throw error;
                        }
                        missing = true;
                    }
                    cause = cause == null ? error : cause;
                } catch (BundleCorruptException error) {
                    if (!changed(place, source)) {
                        throw error;
                    }
                    cause = error;
                    missing = false;
                    break;
                }
            }
        }
        throw new BundleBusyException(path + ": is being replaced; load it again when that is done", cause);
    }

    /** The resolver of a bundle; what is wrong with its contents is named with its place. */
    static EntityResolver resolver(Bundle bundle, Encoder.Factory factory, boolean rerank) {
        try {
            return new EntityResolver(bundle, factory, rerank);
        } catch (IllegalArgumentException error) {
            throw new BundleCorruptException(bundle.place + ": " + error.getMessage() + "; build the bundle again", error);
        }
    }

    /** Whether another manifest lies there than the one that was read. */
    private static boolean changed(File place, Noting source) {
        if (source == null || source.manifest == null) {
            return false;
        }
        try {
            return !Arrays.equals(source.manifest, Sources.of(place).read(Bundle.MANIFEST));
        } catch (IOException error) {
            return true;
        } catch (BundleException error) {
            return true;
        }
    }

    /** Where the version before waits while a directory is replaced. */
    private static File previous(File path) {
        return new File(path.getAbsoluteFile().getParentFile(), "." + path.getName() + ".previous");
    }

    static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }

    /** A source that remembers the manifest that it gave. */
    private static final class Noting implements SizedSource {
        private final BundleSource source;
        private byte[] manifest;

        Noting(BundleSource source) {
            this.source = source;
        }

        @Override
        public byte[] read(String name) throws IOException {
            return read(name, Long.MAX_VALUE);
        }

        @Override
        public byte[] read(String name, long most) throws IOException {
            byte[] data = source instanceof SizedSource ? ((SizedSource) source).read(name, most) : source.read(name);
            manifest = name.equals(Bundle.MANIFEST) ? data : manifest;
            return data;
        }

        @Override
        public String place() {
            return source.place();
        }
    }
}
