package edgeer;

/** Something is wrong with a bundle. */
public class BundleException extends EdgeErException {
    private static final long serialVersionUID = 1L;

    public BundleException(String message) {
        super(message);
    }

    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
