package edgeer;

import java.util.List;
import java.util.Map;

/** What a resolver searches: the entities of a bundle, with or without a person's own beside them. */
interface Catalog {
    /** The {@code k} best entities for what was said, with all parts of their scores. */
    List<Candidate> ranked(List<EncodedText> texts, int k);

    /** The candidates of at least {@code k} entities, and what speaks for them. */
    Pool pool(List<EncodedText> texts, int k);

    /** An entity by its index; its metadata lacks stream addresses. */
    Entity entity(int index);

    /** Metadata of an entity with its stream addresses, where it has any. */
    Map<String, Object> metadata(int index);
}
