package edgeer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An entity that a text may become while it is typed. A person chooses, so there is no confidence and no decision. */
public final class Suggestion {
    /** What an app knows the entity by. */
    public final String id;
    /** What is shown. */
    public final String name;
    /** Other names of it. */
    public final List<String> aliases;
    /** A whole number, only to be compared within one answer. */
    public final int score;
    /** The name or alias that the text begins, for the list and the search field. */
    public final String completed;
    /** What the catalog says: "country", "tags", "streams" (a list of addresses), …; values as in JSON. */
    public final Map<String, Object> metadata;

    Suggestion(Entity entity, String form, int score, Map<String, Object> metadata) {
        this.id = entity.id;
        this.name = entity.name;
        this.aliases = entity.aliases;
        this.score = score;
        this.completed = entity.aliases.contains(form) ? form : entity.name;
        this.metadata = metadata;
    }

    /** The suggestions of a catalog for what is typed. */
    static List<Suggestion> of(String text, ResolveOptions options, Catalog catalog) {
        boolean[] allowed = Filters.allowed(catalog, options.where, options.ids);
        boolean finished = !text.isEmpty() && CanonicalText.isBlank(text.substring(text.length() - 1));
        List<Suggestion> found = new ArrayList<Suggestion>();
        String canonical = CanonicalText.ofRequest(text);
        for (FormSuggestions.Found each : catalog.suggested(canonical, finished, options.topK, allowed)) {
            Entity entity = catalog.entity(each.entity);
            found.add(new Suggestion(entity, catalog.form(each.form), each.score, catalog.metadata(each.entity)));
        }
        return found;
    }

    @Override
    public String toString() {
        return completed + " (" + id + ")";
    }
}
