package edgeer;

/** A filter that fits no catalog: a field that no entity has, or a value that cannot be compared. */
public class FilterException extends EdgeErException {
    private static final long serialVersionUID = 1L;

    public FilterException(String message) {
        super(message);
    }
}
