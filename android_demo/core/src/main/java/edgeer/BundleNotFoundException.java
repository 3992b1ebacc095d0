package edgeer;

/** There is no bundle at that place. */
public class BundleNotFoundException extends BundleException {
    private static final long serialVersionUID = 1L;

    public BundleNotFoundException(String message) {
        super(message);
    }

    public BundleNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
