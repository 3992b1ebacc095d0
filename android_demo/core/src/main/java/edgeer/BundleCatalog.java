package edgeer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The catalog of a bundle: its entities, their forms in canonical text, and a vector for each form. It never changes. */
final class BundleCatalog implements Catalog {
    final List<Entity> entities;
    final List<String> forms = new ArrayList<String>();
    final String lang;
    final int dim;
    final RerankWeights weights;
    final FormEvidence evidence;
    final PairHead head; // null where the bundle has none, or no weight for it
    private final EntityFile file;
    private final int[] formEntity;
    private final boolean large; // Python has a FAISS index
    private Map<String, Integer> indexOf; // made when it is first asked for
    private FormSuggestions suggestions; // as well

    /**
     * @param card the encoder's
     * @throws BundleCorruptException where the files of the bundle do not fit each other
     */
    BundleCatalog(Bundle bundle, Fields card, RerankWeights weights, Encoder encoder, WordPiece tokenizer) {
        this.weights = weights;
        lang = bundle.manifest.text("lang");
        dim = card.whole("dim");
        file = new EntityFile(bundle.file(Bundle.ENTITIES), bundle.file(Bundle.STREAMS), bundle.unpackedBound());
        entities = file.entities;
        Map<String, Tensor> arrays = SafeTensors.read(bundle.file(Bundle.VECTORS), Bundle.VECTORS);
        Vectors vectors =
                new Vectors(SafeTensors.array(arrays, Bundle.VECTORS, "vectors", Tensor.INT8, -1, dim).bytes(), dim);
        formEntity = SafeTensors.array(arrays, Bundle.VECTORS, "entity", Tensor.INT32, vectors.forms).ints();
        for (Entity entity : entities) {
            forms.addAll(entity.canonicalForms());
        }
        checkOwners(formEntity);
        int[] demand = weights.asksForDemand() ? demand(formEntity) : null;
        large = "faiss".equals(bundle.manifest.object("index").map().get("kind"));
        evidence = new FormEvidence(forms, formEntity, vectors, lang, weights, demand, null, null);
        head = weights.head > 0 ? head(bundle, card, encoder, tokenizer) : null;
    }

    @Override
    public List<Candidate> ranked(List<EncodedText> texts, int k, @Nullable boolean[] allowed) {
        return Ranking.best(pool(texts, k, allowed), texts, k, weights, head);
    }

    @Override
    public Pool pool(List<EncodedText> texts, int k, @Nullable boolean[] allowed) {
        return evidence.pool(texts, k, allowed);
    }

    @Override
    public List<FormSuggestions.Found> suggested(String text, boolean finished, int k, @Nullable boolean[] allowed) {
        Map<Integer, Integer> favour = Collections.emptyMap();
        return FormSuggestions.suggested(
                Collections.singletonList(suggestions()), text, finished, k, weights.numbers, favour, allowed);
    }

    /** What texts may become. */
    synchronized FormSuggestions suggestions() {
        if (suggestions == null) {
            NgramIndex ngrams = evidence.ngrams();
            if (large) {
                ngrams = null; // to save memory, as in Python
            } else if (ngrams == null) {
                ngrams = FormSuggestions.ngramsOf(forms, lang, null);
            }
            suggestions = new FormSuggestions(forms, formEntity, demand(formEntity), lang, ngrams, null);
        }
        return suggestions;
    }

    @Override
    public String form(int index) {
        return entities.get(formEntity[index]).spellings().get(forms.get(index));
    }

    @Override
    public int size() {
        return entities.size();
    }

    @Override
    public String canonicalForm(int index) {
        return forms.get(index);
    }

    @Override
    public Entity entity(int index) {
        return entities.get(index);
    }

    @Override
    public Map<String, Object> metadata(int index) {
        return file.metadata(index);
    }

    /** The index of the entity with that id; null where there is none. */
    synchronized Integer indexOf(String id) {
        if (indexOf == null) {
            indexOf = new HashMap<String, Integer>();
            for (int i = 0; i < entities.size(); i++) {
                indexOf.put(entities.get(i).id, i);
            }
        }
        return indexOf.get(id);
    }

    /**
     * The demand for an entity: floor(4 log2(1 + popularity)) of its metadata, 0 without one.
     *
     * @throws BundleCorruptException where the popularity is no number from 0 up
     */
    static int demand(Entity entity) {
        Object value = entity.metadata.containsKey("popularity") ? entity.metadata.get("popularity") : Long.valueOf(0);
        if (!(value instanceof Number) || !(((Number) value).doubleValue() >= 0) || ((Number) value).doubleValue() > 1e18) {
            throw new BundleCorruptException(Bundle.ENTITIES + ", '" + entity.id + "', metadata.popularity: "
                    + "expected a number from 0 to 1e18, found " + value + "; correct the catalog and build the bundle again");
        }
        return BigInteger.valueOf(((Number) value).longValue() + 1).pow(4).bitLength() - 1;
    }

    private int[] demand(int[] formEntity) {
        int[] demand = new int[formEntity.length];
        for (int form = 0; form < demand.length; form++) {
            boolean first = form == 0 || formEntity[form] != formEntity[form - 1];
            demand[form] = first ? demand(entities.get(formEntity[form])) : demand[form - 1];
        }
        return demand;
    }

    private PairHead head(Bundle bundle, Fields card, Encoder encoder, WordPiece tokenizer) {
        if (bundle.file(Bundle.HEAD) == null || !card.has("head")) {
            throw new IllegalArgumentException("manifest.json, rerank.head has a weight, but there is no " + Bundle.HEAD);
        }
        byte[] kept = bundle.file(Bundle.HEAD_TOKENS);
        return new PairHead(bundle.file(Bundle.HEAD), card.object("head"), kept, encoder, tokenizer, forms);
    }

    /** Each form must have a vector, each vector its entity, and each entity a form. */
    private void checkOwners(int[] formEntity) {
        if (forms.size() != formEntity.length) {
            throw new BundleCorruptException(Bundle.ENTITIES + ": " + forms.size() + " surface forms, but " + Bundle.VECTORS
                    + " has " + formEntity.length + "; build the bundle again");
        }
        boolean[] named = new boolean[entities.size()];
        int missing = named.length;
        for (int entity : formEntity) {
            if (entity < 0 || entity >= named.length) {
                throw new BundleCorruptException(Bundle.VECTORS + ": a form of entity " + entity + ", but there are "
                        + named.length + "; build the bundle again");
            }
            missing -= named[entity] ? 0 : 1;
            named[entity] = true;
        }
        if (missing > 0) {
            throw new BundleCorruptException(
                    Bundle.VECTORS + ": " + missing + " entities without a form; build the bundle again");
        }
    }
}
