package edgeer;

import java.util.List;
import java.util.Map;

/** One candidate. */
public final class Match {
    /** What an app knows the entity by. */
    public final String id;
    /** What is shown. */
    public final String name;
    /** Other names of it. */
    public final List<String> aliases;
    /** Cosine with the request; where a bundle re-ranks, other evidence is added in the same unit, and it may exceed 1. */
    public final double score;
    /** How likely it is right, from 0 to 1. */
    public final double confidence;
    /** What the catalog says: "country", "tags", "streams" (a list of addresses), …; values as in JSON. */
    public final Map<String, Object> metadata;

    Match(Entity entity, double score, double confidence, Map<String, Object> metadata) {
        this.id = entity.id;
        this.name = entity.name;
        this.aliases = entity.aliases;
        this.score = score;
        this.confidence = confidence;
        this.metadata = metadata;
    }

    @Override
    public String toString() {
        return name + " (" + id + ", confidence " + Math.round(confidence * 100) / 100.0 + ")";
    }
}
