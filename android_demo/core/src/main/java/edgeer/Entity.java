package edgeer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One thing a request can name: a station, an artist, a contact. */
public final class Entity {
    static final int LONGEST_NAME = 1000;
    static final int LONGEST_SPOKEN = 10000;
    static final int ID_DIGITS = 12;

    /** Unique in its catalog; what an app knows the entity by. */
    public final String id;
    /** What is shown. */
    public final String name;
    /** Other names of it. */
    public final List<String> aliases;
    /** Generated surface forms ("bayern eins" for "Bayern 1"): searched, never shown. */
    public final List<String> spoken;
    /** Whatever else the catalog says, values as in JSON. */
    public final Map<String, Object> metadata;

    /** An entity with all that a catalog can say of it; the collections are copied. */
    public Entity(String id, String name, List<String> aliases, List<String> spoken, Map<String, Object> metadata) {
        this(id, name, new ArrayList<String>(aliases), new ArrayList<String>(spoken), new LinkedHashMap<String, Object>(metadata), true);
    }

    private Entity(
            String id, String name, List<String> aliases, List<String> spoken, Map<String, Object> metadata, boolean own) {
        this.id = id;
        this.name = name;
        this.aliases = Collections.unmodifiableList(aliases);
        this.spoken = Collections.unmodifiableList(spoken);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /** The same from collections that nobody else has, which are not copied. */
    static Entity of(String id, String name, List<String> aliases, List<String> spoken, Map<String, Object> metadata) {
        return new Entity(id, name, aliases, spoken, metadata, true);
    }

    /**
     * An own entry with an id that is made of its name.
     *
     * @throws CatalogException where there is no name, or one of more than 1000 characters
     */
    public static Entity named(String name) {
        if (name == null || CanonicalText.isBlank(name) || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
            throw new CatalogException("expected a name of 1 to " + LONGEST_NAME + " characters, found " + name);
        }
        String canonical = CanonicalText.of(name);
        byte[] text = (canonical.isEmpty() ? name : canonical).getBytes(Bundle.UTF_8);
        return new Entity("me-" + Checksum.of(text, 0, text.length).substring(0, ID_DIGITS), name.trim());
    }

    /** An entity with nothing but an id and a name. */
    public Entity(String id, String name) {
        this(id, name, Collections.<String>emptyList(), Collections.<String>emptyList(), new LinkedHashMap<String, Object>());
    }

    /** Canonical name, aliases and spoken forms in this order, each once; "" only where there is no other. */
    List<String> canonicalForms() {
        List<String> forms = new ArrayList<String>(1 + aliases.size() + spoken.size());
        for (String form : allForms()) {
            String canonical = CanonicalText.of(form);
            if (!forms.contains(canonical)) {
                forms.add(canonical);
            }
        }
        if (forms.size() > 1) {
            forms.remove("");
        }
        return forms;
    }

    /** By canonical form, in the same order, how it is spelled first. */
    Map<String, String> spellings() {
        LinkedHashMap<String, String> first = new LinkedHashMap<String, String>();
        for (String form : allForms()) {
            String canonical = CanonicalText.of(form);
            if (!first.containsKey(canonical)) {
                first.put(canonical, form);
            }
        }
        if (first.size() > 1) {
            first.remove("");
        }
        return first;
    }

    private List<String> allForms() {
        List<String> all = new ArrayList<String>();
        all.add(name);
        all.addAll(aliases);
        all.addAll(spoken);
        return all;
    }
}
