package edgeer;

/** Somebody else is replacing the bundle; load it again when that is done. */
public class BundleBusyException extends BundleException {
    private static final long serialVersionUID = 1L;

    public BundleBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
