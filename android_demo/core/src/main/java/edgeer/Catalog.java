package edgeer;

import java.util.List;
import java.util.Map;

/** What a resolver searches: the entities of a bundle, with or without a person's own beside them. */
interface Catalog {
    /**
     * The {@code k} best entities for what was said, with all parts of their scores.
     *
     * @param allowed whether each entity may answer; null for all, here and below
     */
    List<Candidate> ranked(List<EncodedText> texts, int k, @Nullable boolean[] allowed);

    /** The candidates of at least {@code k} entities, and what speaks for them. */
    Pool pool(List<EncodedText> texts, int k, @Nullable boolean[] allowed);

    /** At most {@code k} entities that a text may become while it is typed; {@code finished}: a space stands after it. */
    List<FormSuggestions.Found> suggested(String text, boolean finished, int k, @Nullable boolean[] allowed);

    /** A surface form by its index. */
    String form(int index);

    /** How many entities there are. */
    int size();

    /** The canonical text of a form by its index. */
    String canonicalForm(int index);

    /** An entity by its index; its metadata lacks stream addresses. */
    Entity entity(int index);

    /** Metadata of an entity with its stream addresses, where it has any. */
    Map<String, Object> metadata(int index);
}
