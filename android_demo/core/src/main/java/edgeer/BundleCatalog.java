package edgeer;

import java.math.BigDecimal;
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
     * @throws IllegalArgumentException where the files of the bundle do not fit each other
     */
    BundleCatalog(Bundle bundle, Fields card, RerankWeights weights, Encoder encoder, WordPiece tokenizer) {
        this.weights = weights;
        lang = bundle.manifest.text("lang");
        dim = card.whole("dim");
        Fields index = bundle.manifest.object("index");
        expect("index.dim", dim, index.number("dim", dim));
        file = new EntityFile(bundle.file(Bundle.ENTITIES), bundle.file(Bundle.STREAMS), bundle.unpackedBound());
        entities = file.entities;
        Map<String, Tensor> arrays = SafeTensors.read(bundle.file(Bundle.VECTORS), Bundle.VECTORS);
        Vectors vectors = new Vectors(SafeTensors.array(arrays, Bundle.VECTORS, "vectors", Tensor.INT8, -1, dim));
        formEntity = SafeTensors.array(arrays, Bundle.VECTORS, "entity", Tensor.INT32, vectors.forms).ints();
        for (Entity entity : entities) {
            entity.addCanonicalForms(forms);
        }
        expect("counts.entities", entities.size(), bundle.manifest.object("counts").number("entities"));
        expect("counts.forms", forms.size(), bundle.manifest.object("counts").number("forms"));
        checkOwners(formEntity);
        int[] demand = weights.asksForDemand() ? demand(formEntity) : null;
        large = "faiss".equals(index.text("kind"));
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

    /** The demand for an entity: floor(4 log2(1 + popularity)) of its metadata, 0 without one. */
    static int demand(Entity entity) {
        Object value = entity.metadata.get("popularity");
        if (value == null) {
            return 0;
        }
        BigInteger whole = value instanceof Double ? new BigDecimal((Double) value).toBigInteger() : new BigInteger(value.toString());
        return whole.add(BigInteger.ONE).pow(4).bitLength() - 1;
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

    private static void expect(String field, double found, double expected) {
        if (found != expected) {
            throw new IllegalArgumentException("manifest.json, " + field + ": expected " + (long) found + " as in the files, found "
                    + (long) expected);
        }
    }

    /** Each form must have a vector, each vector its entity, and each entity forms; in the order of the entities. */
    private void checkOwners(int[] formEntity) {
        boolean right = forms.size() == formEntity.length;
        int last = -1;
        for (int entity : formEntity) {
            right &= entity == last || entity == last + 1;
            last = entity;
        }
        if (!right || last + 1 != entities.size()) {
            throw new IllegalArgumentException(Bundle.VECTORS + ": expected the " + forms.size() + " surface forms of "
                    + entities.size() + " entities in their order, found " + formEntity.length + " of others");
        }
    }
}
