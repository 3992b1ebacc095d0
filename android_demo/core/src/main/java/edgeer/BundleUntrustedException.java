package edgeer;

/** Another bundle than the pinned one, or one that nobody who is trusted has signed. */
public class BundleUntrustedException extends BundleException {
    private static final long serialVersionUID = 1L;

    public BundleUntrustedException(String message) {
        super(message);
    }
}
