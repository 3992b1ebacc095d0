package edgeer;

/** An encoder that cannot be used. */
public class EncoderException extends EdgeErException {
    private static final long serialVersionUID = 1L;

    public EncoderException(String message) {
        super(message);
    }

    public EncoderException(String message, Throwable cause) {
        super(message, cause);
    }
}
