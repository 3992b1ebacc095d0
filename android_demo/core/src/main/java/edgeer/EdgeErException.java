package edgeer;

/**
 * The root of all errors of this library.
 *
 * <pre>
 * EdgeErException
 * ├── BundleException
 * │   ├── BundleNotFoundException   there is no bundle at that place
 * │   ├── BundleCorruptException    a file is missing, damaged, or not what the manifest says
 * │   ├── BundleVersionException    written by a newer version
 * │   ├── DeltaException            a delta that is damaged, for another bundle, or does not give its result here
 * │   ├── BundleBusyException       somebody else is replacing it
 * │   └── BundleUntrustedException  another one than was pinned, unsigned, or signed by nobody who is trusted
 * ├── EncoderException              an encoder that cannot be used
 * ├── FilterException               a filter that fits no field, or a value that cannot be compared
 * └── CatalogException              an own entry that cannot be used
 * </pre>
 *
 * A message says what is wrong, where, what was expected, what was found, and what to do. Wrong arguments are {@link
 * IllegalArgumentException}s.
 */
public class EdgeErException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EdgeErException(String message) {
        super(message);
    }

    public EdgeErException(String message, Throwable cause) {
        super(message, cause);
    }
}
