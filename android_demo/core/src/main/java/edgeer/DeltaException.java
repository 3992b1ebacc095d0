package edgeer;

/** A delta that is damaged, was made for another bundle, or does not give its result here. */
public class DeltaException extends BundleException {
    private static final long serialVersionUID = 1L;

    public DeltaException(String message, Throwable cause) {
        super(message, cause);
    }
}
