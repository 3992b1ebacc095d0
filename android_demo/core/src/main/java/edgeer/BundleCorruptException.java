package edgeer;

/** A file of the bundle is missing, damaged, or not what its manifest says. */
public class BundleCorruptException extends BundleException {
    private static final long serialVersionUID = 1L;

    public BundleCorruptException(String message) {
        super(message);
    }

    public BundleCorruptException(String message, Throwable cause) {
        super(message, cause);
    }
}
