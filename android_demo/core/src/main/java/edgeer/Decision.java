package edgeer;

/** What to do with an answer. */
public enum Decision {
    /** The best candidate is sure enough. */
    MATCH("match"),
    /** Only several candidates together are: ask which one. */
    AMBIGUOUS("ambiguous"),
    /** Nothing is. */
    NO_MATCH("no_match");

    private final String text;

    Decision(String text) {
        this.text = text;
    }

    /** As it is written in all runtimes: "match", "ambiguous", "no_match". */
    @Override
    public String toString() {
        return text;
    }
}
