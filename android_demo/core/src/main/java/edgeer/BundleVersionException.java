package edgeer;

/** The bundle was written by a newer version of this library. */
public class BundleVersionException extends BundleException {
    private static final long serialVersionUID = 1L;

    public BundleVersionException(String message) {
        super(message);
    }

    public BundleVersionException(String message, Throwable cause) {
        super(message, cause);
    }
}
