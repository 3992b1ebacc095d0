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
        this.aliases = aliases.isEmpty() ? Collections.<String>emptyList() : Collections.unmodifiableList(aliases);
        this.spoken = spoken.isEmpty() ? Collections.<String>emptyList() : Collections.unmodifiableList(spoken);
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
        if (name == null || CanonicalText.isBlank(name) || !Bounds.isName(name)) {
            throw new CatalogException("expected a name of 1 to " + LONGEST_NAME + " characters, found " + name);
        }
        String canonical = CanonicalText.of(name);
        byte[] text = (canonical.isEmpty() ? name : canonical).getBytes(Bundle.UTF_8);
        return new Entity("me-" + Checksum.of(text, 0, text.length).substring(0, ID_DIGITS), CanonicalText.stripped(name));
    }

    /** An entity with nothing but an id and a name. */
    public Entity(String id, String name) {
        this(id, name, Collections.<String>emptyList(), Collections.<String>emptyList(), new LinkedHashMap<String, Object>());
    }

    /** Canonical name, aliases and spoken forms in this order, each once; "" only where there is no other. */
    List<String> canonicalForms() {
        List<String> forms = new ArrayList<String>();
        addCanonicalForms(forms);
        return forms;
    }

    /** Adds them to {@code all}. */
    void addCanonicalForms(List<String> all) {
        int before = all.size();
        int empty = -1;
        for (int i = 0; i < count(); i++) {
            String canonical = CanonicalText.of(form(i));
            int same = before;
            while (same < all.size() && !all.get(same).equals(canonical)) {
                same++;
            }
            if (same == all.size()) {
                empty = canonical.isEmpty() ? same : empty;
                all.add(canonical);
            }
        }
        if (empty >= 0 && all.size() > before + 1) {
            all.remove(empty);
        }
    }

    /** By canonical form, in the same order, how it is spelled first. */
    Map<String, String> spellings() {
        LinkedHashMap<String, String> first = new LinkedHashMap<String, String>();
        for (int i = 0; i < count(); i++) {
            String canonical = CanonicalText.of(form(i));
            if (!first.containsKey(canonical)) {
                first.put(canonical, form(i));
            }
        }
        if (first.size() > 1) {
            first.remove("");
        }
        return first;
    }

    private int count() {
        return 1 + aliases.size() + spoken.size();
    }

    /** The name, aliases and spoken forms, one after another. */
    private String form(int index) {
        if (index == 0) {
            return name;
        }
        return index <= aliases.size() ? aliases.get(index - 1) : spoken.get(index - 1 - aliases.size());
    }
}
