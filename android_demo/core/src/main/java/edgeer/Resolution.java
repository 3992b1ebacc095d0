package edgeer;

import java.util.Collections;
import java.util.List;

/** The answer to one request. */
public final class Resolution {
    /** What was said; of several texts the first. */
    public final String query;
    /** What to do with the answer. */
    public final Decision decision;
    /** Ranked, best first, whatever the decision; empty for empty input. */
    public final List<Match> matches;

    private final int tied;

    Resolution(String query, Decision decision, List<Match> matches, int tied) {
        this.query = query;
        this.decision = decision;
        this.matches = Collections.unmodifiableList(matches);
        this.tied = tied;
    }

    /**
     * How many entities cannot be told apart from the first match, itself included, 16 at most: three of the same first name. It
     * may exceed the matches; 0 for empty input.
     */
    public int tied() {
        return tied;
    }

    /** The first match; null under {@link Decision#NO_MATCH}. */
    public Match best() {
        return matches.isEmpty() || decision == Decision.NO_MATCH ? null : matches.get(0);
    }

    @Override
    public String toString() {
        return decision + ": " + matches;
    }
}
