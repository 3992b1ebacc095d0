package edgeer;

import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the entities of one bundle: normalise, encode, search, re-rank, calibrate.
 *
 * <pre>
 * EntityResolver resolver = EntityResolver.load(new File("radio_es"));
 * Resolution answer = resolver.resolve("pon la cadena ser");
 * if (answer.decision == Decision.MATCH) {
 *     play(answer.best().metadata.get("streams"));
 * }
 * </pre>
 *
 * <p>The same answers as {@code edge_er} gives in Python. Resolving opens no socket and writes no file; a resolver may be used by
 * several threads. Loading reads and checks the whole bundle, so do it off the thread that draws.
 */
public class EntityResolver {
    static final int TOP_K = 5;

    private final Fields manifest;
    private final BundleCatalog catalog;
    private final WordPiece tokenizer;
    private final Encoder encoder;
    private final double scale;
    private final AnswerBuilder answerBuilder;

    /**
     * The resolver of a bundle directory or a .zip.
     *
     * @throws BundleNotFoundException there is none
     * @throws BundleVersionException the bundle is newer than this library
     * @throws BundleCorruptException a file of the bundle is missing or damaged
     * @throws EncoderException its encoder cannot be used
     */
    public static EntityResolver load(File path) {
        return load(Sources.of(path));
    }

    /** The resolver of a bundle that comes from anywhere: the assets of an app, … Throws as {@link #load(File)}. */
    public static EntityResolver load(BundleSource source) {
        return load(source, TransformerEncoder.FACTORY, true);
    }

    /**
     * The same with another encoder or without re-ranking. Throws as {@link #load(File)}.
     *
     * @param rerank false leaves all evidence but vectors out, for speed
     */
    public static EntityResolver load(BundleSource source, Encoder.Factory factory, boolean rerank) {
        Bundle bundle = new Bundle(source);
        try {
            return new EntityResolver(bundle, factory, rerank);
        } catch (IllegalArgumentException error) {
            throw new BundleCorruptException(bundle.place + ": " + error.getMessage() + "; build the bundle again", error);
        }
    }

    private EntityResolver(Bundle bundle, Encoder.Factory factory, boolean rerank) {
        manifest = bundle.manifest;
        scale = manifest.object("index").number("scale");
        Fields card = new Fields(Json.parse(new String(bundle.file(Bundle.CARD), Bundle.UTF_8)), Bundle.CARD);
        int dim = card.wholeFrom(1, "dim");
        tokenizer = new WordPiece(bundle.file(Bundle.TOKENIZER), card.wholeFrom(2, "max_tokens"));
        encoder = factory.open(bundle.file(Bundle.ENCODER));
        if (encoder.encode(tokenizer.ids("")).length != dim) {
            throw new IllegalArgumentException("encoder.onnx: expected vectors of " + dim + " numbers");
        }
        boolean reranks = rerank && !manifest.objectOrEmpty("rerank").map().isEmpty();
        RerankWeights weights = new RerankWeights(reranks ? manifest.object("rerank") : Fields.EMPTY);
        catalog = new BundleCatalog(bundle, card, weights, encoder, tokenizer);
        Fields sections = manifest.objectOrEmpty("calibration");
        String way = reranks ? "reranked" : "dense";
        Calibration calibration = new Calibration(sections.has(way) ? sections.object(way) : sections);
        boolean knowsTyped = reranks && sections.has("typed");
        Calibration typed = knowsTyped ? new Calibration(sections.object("typed")) : calibration;
        Set<String> weighed = new HashSet<String>(calibration.weights.keySet());
        weighed.addAll(typed.weights.keySet());
        Features features = new Features(weighed, scale * scale, weights, lang(), catalog.evidence.misrecognition());
        answerBuilder = new AnswerBuilder(calibration, typed, features, scale, reranks);
    }

    /** The same resolver, sharing everything. */
    EntityResolver(EntityResolver other) {
        manifest = other.manifest;
        catalog = other.catalog;
        tokenizer = other.tokenizer;
        encoder = other.encoder;
        scale = other.scale;
        answerBuilder = other.answerBuilder;
    }

    /** Name of the bundle. */
    public String name() {
        return manifest.text("name");
    }

    /** How often an answer should be right, unless {@link #resolve(String, int, double)} is asked for another. */
    public double minPrecision() {
        return answerBuilder.calibration.minPrecision;
    }

    /** Main language of the bundle's names ("es"). */
    public String lang() {
        return manifest.text("lang");
    }

    /** Everything the bundle says about itself, as in manifest.json: "counts", "report", "size_bytes", … */
    public Map<String, Object> manifest() {
        return Collections.unmodifiableMap(manifest.map());
    }

    /** All entities, in the order of their ids, without stream addresses. */
    public List<Entity> entities() {
        return Collections.unmodifiableList(catalog.entities);
    }

    /**
     * The same resolver with a person's own entries beside the catalog, which is shared and stays as it is. An entry with the id
     * of an entity of the catalog gives that entity more names.
     *
     * @throws CatalogException where two entries have one id
     */
    public PersonalResolver withEntries(List<Entity> entries) {
        PersonalFile.Contents contents = new PersonalFile.Contents();
        contents.entries.addAll(entries);
        return new PersonalResolver(this, contents);
    }

    /**
     * The same with the entries of a file that {@link PersonalResolver#save} wrote, here or in Python.
     *
     * @throws CatalogException where it cannot be read, naming file and row
     */
    public PersonalResolver withEntries(File file) {
        return new PersonalResolver(this, PersonalFile.read(file));
    }

    /** The five best entities that {@code query} names. */
    public Resolution resolve(String query) {
        return resolve(query, TOP_K);
    }

    /** The entities that {@code query} names, at most {@code topK}, best first. */
    public Resolution resolve(String query, int topK) {
        return resolve(query, topK, minPrecision());
    }

    /**
     * The entities that {@code query} names, best first.
     *
     * <p>Empty input gives no matches. Input without a letter or digit, or in a script that the encoder does not know, is ranked,
     * but never a match.
     *
     * @param topK how many candidates to give, from 1 up
     * @param minPrecision how often an answer should be right, between 0 and 1: the higher, the more requests are no match
     * @throws IllegalArgumentException where an argument is null or out of its range
     */
    public Resolution resolve(String query, int topK, double minPrecision) {
        return resolve(Collections.singletonList(query), null, topK, minPrecision);
    }

    /**
     * The five best entities that a request names that was typed (keyboard, chat), not spoken: a name that is nearly one of the
     * catalog is then more likely another one.
     */
    public Resolution resolveTyped(String query) {
        return resolveTyped(query, TOP_K, answerBuilder.calibration(true).minPrecision);
    }

    /** The same as {@link #resolve(String, int, double)} for a request that was typed. */
    public Resolution resolveTyped(String query, int topK, double minPrecision) {
        return resolve(Collections.singletonList(query), null, topK, minPrecision, answerBuilder.calibration(true));
    }

    /** Several texts of one utterance, as recognisers give them: the mean of what they say counts. */
    public Resolution resolve(List<String> nbest, int topK) {
        return resolve(nbest, null, topK, minPrecision());
    }

    /**
     * Several texts of one utterance, each with a weight above 0; the weighted mean of what they say counts.
     *
     * @param weights of the texts; null where all count alike
     * @throws IllegalArgumentException where an argument is null or out of its range
     */
    public Resolution resolve(List<String> nbest, double[] weights, int topK, double minPrecision) {
        return resolve(nbest, weights, topK, minPrecision, answerBuilder.calibration(false));
    }

    private Resolution resolve(
            List<String> nbest, double[] weights, int topK, double minPrecision, Calibration calibration) {
        Arguments.check(nbest, weights, topK);
        calibration.needed(minPrecision);
        List<EncodedText> texts = new ArrayList<EncodedText>();
        boolean readable = false;
        for (int i = 0; i < nbest.size(); i++) {
            if (!CanonicalText.isBlank(nbest.get(i))) {
                String text = CanonicalText.of(nbest.get(i));
                int[] ids = tokenizer.ids(text);
                readable |= tokenizer.canRead(ids);
                texts.add(new EncodedText(text, vector(ids), weights == null ? 1 : weights[i]));
            }
        }
        String query = nbest.isEmpty() ? "" : nbest.get(0);
        Catalog searched = catalog();
        List<Candidate> ranked = Collections.emptyList();
        if (!texts.isEmpty()) {
            ranked = searched.ranked(texts, Math.max(topK, Calibration.COMPARED));
        }
        return answerBuilder.resolution(query, searched, texts, ranked, readable, topK, minPrecision, calibration);
    }

    /** The five best entities that {@code text} may become while it is typed. */
    public List<Suggestion> suggest(String text) {
        return suggest(text, TOP_K);
    }

    /**
     * The entities that {@code text} may become while it is typed, at most {@code topK}, best first; for every keystroke.
     *
     * <p>The last word is taken as the beginning of a word, after a space as finished; the words before it may stand in any
     * order, and carriers ("play cadena s") come off. Only where nothing fits a text with a slip finds what is similar. Empty text
     * gives what is asked for most, by the catalog and by this person. The first call prepares an index of all names.
     *
     * @throws IllegalArgumentException where an argument is null or out of its range
     */
    public List<Suggestion> suggest(String text, int topK) {
        Arguments.check(Collections.singletonList(text), null, topK);
        return Suggestion.of(text, topK, catalog());
    }

    /**
     * Answers the golden requests of the manifest again; how many there were.
     *
     * @throws BundleCorruptException where an answer differs from the one the bundle was shipped with
     */
    public int selftest() {
        return Golden.check(this, manifest.listOrEmpty("golden"));
    }

    /** Token ids of a text: [CLS] … [SEP]. */
    int[] tokenIds(String text) {
        return tokenizer.ids(CanonicalText.of(text));
    }

    /** Whether the encoder knows anything of a text. */
    boolean canRead(String text) {
        return tokenizer.canRead(tokenIds(text));
    }

    /** The vector of a text, of length 1. */
    float[] encode(String text) {
        return encoder.encode(tokenIds(text));
    }

    /** The same as int8. */
    byte[] vector(String canonical) {
        return vector(tokenizer.ids(canonical));
    }

    private byte[] vector(int[] ids) {
        return Vectors.quantise(encoder.encode(ids), (float) scale);
    }

    int dim() {
        return catalog.dim;
    }

    /** How much a score rises where the odds are this many times as high, in units of the dot product. */
    double scoreOfOdds(double times) {
        return answerBuilder.calibration.scoreOf(times) * scale * scale;
    }

    BundleCatalog bundleCatalog() {
        return catalog;
    }

    AnswerBuilder answerBuilder() {
        return answerBuilder;
    }

    /** What is searched. */
    Catalog catalog() {
        return catalog;
    }
}
