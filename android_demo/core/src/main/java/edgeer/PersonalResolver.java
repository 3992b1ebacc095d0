package edgeer;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A resolver with a person's own entries beside the catalog: contacts, favourites, nicknames, and what this person asks for most;
 * what {@link EntityResolver#withEntries} gives.
 *
 * <pre>
 * PersonalResolver mine = resolver.withEntries(Arrays.asList(Entity.named("Mum")));
 * mine.add(new Entity("es-0aaf75bd4739", "breakfast")); // another name for an entity of the catalog
 * mine.save(new File(filesDir, "mine.jsonl"));
 * </pre>
 *
 * <p>Own entries have the same evidence as those of the catalog. Entries may change while other threads resolve: each request
 * sees those of one moment.
 */
public final class PersonalResolver extends EntityResolver {
    static final double MOST = 8; // times the odds, from 63 requests on

    private final EntityResolver base;
    private Map<String, Entity> entries = new LinkedHashMap<String, Entity>();
    private Map<String, Double> popularity = new LinkedHashMap<String, Double>();
    private Map<String, byte[]> vectors = new HashMap<String, byte[]>();
    private volatile Catalog catalog;

    PersonalResolver(EntityResolver base, PersonalFile.Contents contents) {
        super(base);
        this.base = base;
        change(contents.entries, Collections.<String>emptyList(), contents.popularity);
    }

    /** The own entries, in the order in which they came. */
    public synchronized List<Entity> ownEntries() {
        return new ArrayList<Entity>(entries.values());
    }

    /** How often this person asked for entities, by id. */
    public synchronized Map<String, Double> popularity() {
        return new LinkedHashMap<String, Double>(popularity);
    }

    /**
     * Adds entries, all or none; they are found from the next request on.
     *
     * @throws CatalogException where an entry has the id of an own entry
     */
    public void add(Entity... more) {
        change(Arrays.asList(more), Collections.<String>emptyList(), Collections.<String, Double>emptyMap());
    }

    /**
     * Removes own entries by their ids, all or none; an entity of the catalog only loses its own names.
     *
     * @throws CatalogException where there is no such entry
     */
    public void remove(String... ids) {
        change(Collections.<Entity>emptyList(), Arrays.asList(ids), Collections.<String, Double>emptyMap());
    }

    /**
     * Sets how often this person asked for entities, by id: one asked for n times has sqrt(1 + n) times the odds, at most 8
     * times.
     *
     * @throws CatalogException where a count is no number from 0 up
     */
    public void favour(Map<String, Double> counts) {
        change(Collections.<Entity>emptyList(), Collections.<String>emptyList(), counts);
    }

    /**
     * Writes entries and popularity to a file; a crash leaves the old file or the new one.
     *
     * @throws CatalogException where it cannot be written
     */
    public void save(File file) {
        PersonalFile.write(file, ownEntries(), popularity());
    }

    /** Answers the golden requests of the bundle again, without own entries. */
    @Override
    public int selftest() {
        return base.selftest();
    }

    @Override
    Catalog catalog() {
        return catalog;
    }

    private synchronized void change(Collection<Entity> added, Collection<String> removed, Map<String, Double> counts) {
        Map<String, Entity> changed = new LinkedHashMap<String, Entity>(entries);
        for (String id : removed) {
            if (changed.remove(id) == null) {
                throw new CatalogException("no own entry has the id '" + id + "'; see ownEntries()");
            }
        }
        for (Entity entry : added) {
            Entity taken = changed.get(entry.id);
            if (taken != null) {
                throw new CatalogException("the id '" + entry.id + "' of '" + entry.name + "' is already used by '" + taken.name
                        + "'; remove that entry first, or give this one another id");
            }
            changed.put(entry.id, entry);
        }
        Map<String, Double> asked = new LinkedHashMap<String, Double>(popularity);
        Map<String, Double> favour = new HashMap<String, Double>();
        asked.putAll(counts);
        for (Map.Entry<String, Double> each : asked.entrySet()) {
            if (!(each.getValue() >= 0 && each.getValue() < Double.POSITIVE_INFINITY)) {
                throw new CatalogException(
                        "popularity of '" + each.getKey() + "': expected a number from 0 up, found " + each.getValue());
            }
            favour.put(each.getKey(), Math.rint(base.scoreOfOdds(Math.min(Math.sqrt(1 + each.getValue()), MOST))));
        }
        Map<String, byte[]> known = encoded(changed.values());
        catalog = new PersonalCatalog(base.bundleCatalog(), changed.values(), known, base.dim(), favour, asked);
        vectors = known;
        entries = changed;
        popularity = asked;
    }

    private Map<String, byte[]> encoded(Collection<Entity> own) {
        Map<String, byte[]> known = new HashMap<String, byte[]>();
        for (Entity entry : own) {
            for (String form : entry.canonicalForms()) {
                byte[] vector = vectors.get(form);
                known.put(form, vector != null ? vector : base.texts().vector(form));
            }
        }
        return known;
    }
}
