package edgeer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A catalog and own entries beside it, neither of which changes: one pool of candidates from both, one ranking, as {@code
 * edge_er/ranking/personal_catalog.py} defines it.
 *
 * <p>Entities of the catalog keep their indices, and new ones follow. An entry with the id of an entity there adds its names to
 * that entity, and its metadata where the entity has no such field.
 */
final class PersonalCatalog implements Catalog {
    private final BundleCatalog base;
    private final List<Entity> added = new ArrayList<Entity>();
    private final Map<Integer, Entity> renamed = new HashMap<Integer, Entity>();
    private final Map<Integer, Double> bonus = new HashMap<Integer, Double>();
    private final List<String> forms = new ArrayList<String>(); // canonical, of the own entries
    private final List<String> spelled = new ArrayList<String>(); // the same as they are spelled
    private final int[] owners; // their entities
    private final Map<Integer, Integer> asked = new HashMap<Integer, Integer>();
    private final FormEvidence evidence; // null where there are no own entries
    private FormSuggestions suggestions; // of the own entries; made when they are first asked for
    private final PairHead head;

    /**
     * @param vectors of all canonical forms of the entries
     * @param favour added to the score of entities, by id, in units of the dot product
     * @param counts how often a person asked for entities, by id
     */
    PersonalCatalog(
            BundleCatalog base,
            Collection<Entity> entries,
            Map<String, byte[]> vectors,
            int dim,
            Map<String, Double> favour,
            Map<String, Double> counts) {
        this.base = base;
        List<Integer> ownersOf = new ArrayList<Integer>();
        Map<String, Integer> own = new HashMap<String, Integer>();
        for (Entity entry : entries) {
            Integer index = base.indexOf(entry.id);
            if (index == null) {
                index = base.entities.size() + added.size();
                added.add(entry);
            } else {
                renamed.put(index, entry);
            }
            own.put(entry.id, index);
            for (Map.Entry<String, String> form : entry.spellings().entrySet()) {
                forms.add(form.getKey());
                spelled.add(form.getValue());
                ownersOf.add(index);
            }
        }
        for (Map.Entry<String, Double> each : favour.entrySet()) {
            Integer index = own.containsKey(each.getKey()) ? own.get(each.getKey()) : base.indexOf(each.getKey());
            if (index != null) {
                bonus.put(index, each.getValue());
                int quarters = FormSuggestions.favour(counts.get(each.getKey()));
                if (quarters > 0) {
                    asked.put(index, quarters);
                }
            }
        }
        owners = new int[forms.size()];
        for (int form = 0; form < owners.length; form++) {
            owners[form] = ownersOf.get(form);
        }
        evidence = forms.isEmpty() ? null : evidence(vectors, dim);
        head = base.head == null ? null : base.head.withForms(forms);
    }

    private FormEvidence evidence(Map<String, byte[]> vectors, int dim) {
        byte[] rows = new byte[forms.size() * dim];
        for (int form = 0; form < owners.length; form++) {
            System.arraycopy(vectors.get(forms.get(form)), 0, rows, form * dim, dim);
        }
        Vectors own = new Vectors(rows, dim);
        int[] demand = base.weights.asksForDemand() ? demand() : new int[owners.length];
        FormEvidence like = base.evidence;
        return new FormEvidence(forms, owners, own, base.lang, base.weights, demand, like.ngrams(), like.words());
    }

    private int[] demand() {
        int[] demand = new int[owners.length];
        for (int form = 0; form < owners.length; form++) {
            int there = base.entities.size();
            demand[form] = BundleCatalog.demand(owners[form] < there ? base.entity(owners[form]) : added.get(owners[form] - there));
        }
        return demand;
    }

    @Override
    public synchronized List<FormSuggestions.Found> suggested(
            String text, boolean finished, int k, @Nullable boolean[] allowed) {
        FormSuggestions shared = base.suggestions();
        List<FormSuggestions> sets = new ArrayList<FormSuggestions>();
        sets.add(shared);
        if (!forms.isEmpty()) {
            if (suggestions == null) {
                suggestions = new FormSuggestions(forms, owners, demand(), base.lang, null, shared);
            }
            sets.add(suggestions);
        }
        return FormSuggestions.suggested(sets, text, finished, k, base.weights.numbers, asked, allowed);
    }

    @Override
    public String form(int index) {
        int own = index - base.forms.size();
        return own < 0 ? base.form(index) : spelled.get(own);
    }

    @Override
    public List<Candidate> ranked(List<EncodedText> texts, int k, @Nullable boolean[] allowed) {
        return Ranking.best(pool(texts, k, allowed), texts, k, base.weights, head);
    }

    @Override
    public Pool pool(List<EncodedText> texts, int k, @Nullable boolean[] allowed) {
        Pool pool = base.pool(texts, k, allowed);
        if (evidence != null) {
            pool = pool.and(evidence.pool(texts, k, allowed), base.forms.size());
        }
        for (int i = 0; i < pool.forms.length; i++) {
            Double more = bonus.get(pool.entities[i]);
            pool.parts[Candidate.FAVOUR][i] = more == null ? 0 : more;
        }
        return pool;
    }

    @Override
    public int size() {
        return base.size() + added.size();
    }

    @Override
    public String canonicalForm(int index) {
        int own = index - base.forms.size();
        return own < 0 ? base.canonicalForm(index) : forms.get(own);
    }

    @Override
    public Entity entity(int index) {
        if (index >= base.entities.size()) {
            return added.get(index - base.entities.size());
        }
        Entity entity = base.entity(index);
        Entity entry = renamed.get(index);
        if (entry == null) {
            return entity;
        }
        Set<String> names = new LinkedHashSet<String>(entity.aliases);
        names.add(entry.name);
        names.addAll(entry.aliases);
        names.remove(entity.name);
        return new Entity(
                entity.id, entity.name, new ArrayList<String>(names), entity.spoken, merged(entry.metadata, entity.metadata));
    }

    @Override
    public Map<String, Object> metadata(int index) {
        if (index >= base.entities.size()) {
            return added.get(index - base.entities.size()).metadata;
        }
        Map<String, Object> own = base.metadata(index);
        return renamed.containsKey(index) ? merged(renamed.get(index).metadata, own) : own;
    }

    private static Map<String, Object> merged(Map<String, Object> weaker, Map<String, Object> stronger) {
        Map<String, Object> all = new LinkedHashMap<String, Object>(weaker);
        all.putAll(stronger);
        return all;
    }
}
