package edgeer;

/** An own entry, or a file of them, that cannot be used. */
public class CatalogException extends EdgeErException {
    private static final long serialVersionUID = 1L;

    public CatalogException(String message) {
        super(message);
    }

    public CatalogException(String message, Throwable cause) {
        super(message, cause);
    }
}
