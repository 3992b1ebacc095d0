package edgeer;

import java.util.Collection;
import java.util.Map;

/**
 * How a request is answered. What is not set has its default.
 *
 * <pre>
 * resolver.resolve("radio uno", new ResolveOptions().topK(3).where(Collections.singletonMap("country", "ES")));
 * </pre>
 */
public final class ResolveOptions {
    int topK = EntityResolver.TOP_K;
    @Nullable Double minPrecision;
    boolean typed;
    @Nullable Map<String, ?> where;
    @Nullable Collection<String> ids;

    /** How many candidates to give, from 1 up; 5 by default. */
    public ResolveOptions topK(int count) {
        topK = count;
        return this;
    }

    /** How often an answer should be right, between 0 and 1; by default the bundle decides. */
    public ResolveOptions minPrecision(double wanted) {
        minPrecision = wanted;
        return this;
    }

    /** Whether the request was typed, not spoken: what is nearly a name of the catalog is then likelier another one. */
    public ResolveOptions typed(boolean isTyped) {
        typed = isTyped;
        return this;
    }

    /**
     * Only entities whose metadata has these values: a text, a number, a truth value, null, or a collection of them, of which one
     * must fit. A list in the metadata fits if any of its values does. Null for no such filter.
     */
    public ResolveOptions where(@Nullable Map<String, ?> wanted) {
        where = wanted;
        return this;
    }

    /** Only entities with these ids; unknown ones are ignored. Null for no such filter. */
    public ResolveOptions ids(@Nullable Collection<String> wanted) {
        ids = wanted;
        return this;
    }
}
