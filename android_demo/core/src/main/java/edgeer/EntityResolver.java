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
public class EntityResolver implements AutoCloseable {
    static final int TOP_K = 5;

    private final Fields manifest;
    private final BundleCatalog catalog;
    private final TextEncoding texts;
    private final AnswerBuilder answerBuilder;

    /**
     * The resolver of a bundle directory or a .zip.
     *
     * @throws BundleNotFoundException there is none
     * @throws BundleVersionException the bundle is newer than this library
     * @throws BundleCorruptException a file of the bundle is missing or damaged
     * @throws BundleBusyException other versions took its place again and again while it was read
     * @throws EncoderException its encoder cannot be used
     */
    public static EntityResolver load(File path) {
        return load(path, null);
    }

    /** The same, only if it is what {@code trust} asks for; else a {@link BundleUntrustedException}. */
    public static EntityResolver load(File path, @Nullable Trust trust) {
        return Versions.resolver(Versions.read(path, trust), TransformerEncoder.FACTORY, true);
    }

    /** The resolver of a bundle that comes from anywhere: the assets of an app, … Throws as {@link #load(File)}. */
    public static EntityResolver load(BundleSource source) {
        return load(source, TransformerEncoder.FACTORY, true);
    }

    /** The same with another encoder, or without re-ranking: by vectors alone, for speed. Throws as {@link #load(File)}. */
    public static EntityResolver load(BundleSource source, Encoder.Factory factory, boolean rerank) {
        return load(source, factory, rerank, null);
    }

    /** The same, only if it is what {@code trust} asks for. */
    public static EntityResolver load(
            BundleSource source, Encoder.Factory factory, boolean rerank, @Nullable Trust trust) {
        return Versions.resolver(new Bundle(source, trust), factory, rerank);
    }

    EntityResolver(Bundle bundle, Encoder.Factory factory, boolean rerank) {
        manifest = bundle.manifest;
        double scale = manifest.object("index").number("scale");
        Fields card = bundle.read(Bundle.CARD, "card");
        WordPiece tokenizer = new WordPiece(bundle.read(Bundle.TOKENIZER, "tokenizer"), card.whole("max_tokens"));
        Encoder encoder = factory.open(bundle.file(Bundle.ENCODER));
        texts = new TextEncoding(tokenizer, encoder, scale);
        texts.check(card);
        boolean reranks = rerank && !manifest.objectOrEmpty("rerank").map().isEmpty();
        RerankWeights weights = new RerankWeights(reranks ? manifest.object("rerank") : Fields.EMPTY);
        catalog = new BundleCatalog(bundle, card, weights, encoder, tokenizer);
        Fields sections = manifest.objectOrEmpty("calibration");
        String way = reranks ? "reranked" : "dense";
        Calibration calibration = new Calibration(sections.has(way) ? sections.object(way) : sections);
        Calibration typed = reranks && sections.has("typed") ? new Calibration(sections.object("typed")) : calibration;
        Set<String> weighed = new HashSet<String>(calibration.weights.keySet());
        weighed.addAll(typed.weights.keySet());
        Features features = new Features(weighed, scale * scale, weights, lang(), catalog.evidence.misrecognition());
        answerBuilder = new AnswerBuilder(calibration, typed, features, scale, reranks);
    }

    /** The same resolver, sharing everything. */
    EntityResolver(EntityResolver other) {
        manifest = other.manifest;
        catalog = other.catalog;
        texts = other.texts;
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
        return new PersonalResolver(this, PersonalFile.Contents.of(entries));
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
        return resolve(query, new ResolveOptions());
    }

    /** The entities that {@code query} names, at most {@code topK}, best first. */
    public Resolution resolve(String query, int topK) {
        return resolve(query, new ResolveOptions().topK(topK));
    }

    /** The same as {@link #resolve(String, ResolveOptions)} with these options. */
    public Resolution resolve(String query, int topK, double minPrecision) {
        return resolve(query, new ResolveOptions().topK(topK).minPrecision(minPrecision));
    }

    /**
     * The entities that {@code query} names, best first.
     *
     * <p>Empty input gives no matches. Input without a letter or digit, or in a script that the encoder does not know, is ranked,
     * but never a match.
     *
     * @throws FilterException where a filter fits no field, or a value cannot be compared
     * @throws IllegalArgumentException where an argument is null or out of its range
     */
    public Resolution resolve(String query, ResolveOptions options) {
        return resolve(Collections.singletonList(query), null, options);
    }

    /** The five best entities that a typed request names: what is nearly a name of the catalog is then likelier another one. */
    public Resolution resolveTyped(String query) {
        return resolve(query, new ResolveOptions().typed(true));
    }

    /** Several texts of one utterance, as recognisers give them: the mean of what they say counts. */
    public Resolution resolve(List<String> nbest, int topK) {
        return resolve(nbest, null, new ResolveOptions().topK(topK));
    }

    /** The same as {@link #resolve(List, double[], ResolveOptions)} with these options. */
    public Resolution resolve(List<String> nbest, @Nullable double[] weights, int topK, double minPrecision) {
        return resolve(nbest, weights, new ResolveOptions().topK(topK).minPrecision(minPrecision));
    }

    /**
     * Several texts of one utterance, each with a weight above 0; the weighted mean of what they say counts. Throws as {@link
     * #resolve(String, ResolveOptions)}.
     *
     * @param weights of the texts; null where all count alike
     */
    public Resolution resolve(List<String> nbest, @Nullable double[] weights, ResolveOptions options) {
        Arguments.check(nbest, weights, options.topK);
        Calibration calibration = answerBuilder.calibration(options.typed);
        double wanted = options.minPrecision == null ? calibration.minPrecision : options.minPrecision;
        calibration.needed(wanted);
        Catalog searched = catalog();
        List<EncodedText> said = texts.of(nbest, weights);
        List<Candidate> ranked = ranked(searched, said, options.topK, options);
        String query = nbest.isEmpty() ? "" : nbest.get(0);
        return answerBuilder.resolution(query, searched, said, ranked, options.topK, wanted, calibration);
    }

    /** The answers to several requests. Throws as {@link #resolve(String, ResolveOptions)}. */
    public List<Resolution> resolveBatch(Iterable<String> queries, ResolveOptions options) {
        List<Resolution> answers = new ArrayList<Resolution>();
        for (String query : queries) {
            answers.add(resolve(query, options));
        }
        return answers;
    }

    /** Why each of the best candidates stands where it does, in the order of {@link #resolve(String, ResolveOptions)}. */
    public List<Explanation> explain(String query, ResolveOptions options) {
        Arguments.check(Collections.singletonList(query), null, options.topK);
        Catalog searched = catalog();
        List<EncodedText> said = texts.of(Collections.singletonList(query), null);
        List<Candidate> ranked = ranked(searched, said, options.topK + 1, options);
        return answerBuilder.explanations(searched, said, ranked, options.topK);
    }

    private static List<Candidate> ranked(Catalog searched, List<EncodedText> said, int count, ResolveOptions options) {
        boolean[] allowed = Filters.allowed(searched, options.where, options.ids);
        int wanted = Math.max(count, Calibration.COMPARED);
        return said.isEmpty() ? Collections.<Candidate>emptyList() : searched.ranked(said, wanted, allowed);
    }

    /** The five best entities that {@code text} may become while it is typed. */
    public List<Suggestion> suggest(String text) {
        return suggest(text, TOP_K);
    }

    /** The same as {@link #suggest(String, ResolveOptions)}, at most {@code topK}. */
    public List<Suggestion> suggest(String text, int topK) {
        return suggest(text, new ResolveOptions().topK(topK));
    }

    /**
     * The entities that {@code text} may become while it is typed, best first; for every keystroke.
     *
     * <p>The last word is taken as the beginning of a word, after a space as finished; the words before it may stand in any
     * order, and carriers ("play cadena s") come off. Only where nothing fits a text with a slip finds what is similar. Empty text
     * gives what is asked for most, by the catalog and by this person. The first call prepares an index of all names. Throws as
     * {@link #resolve(String, ResolveOptions)}.
     *
     * @param options of which the number, {@code where} and {@code ids} count
     */
    public List<Suggestion> suggest(String text, ResolveOptions options) {
        Arguments.check(Collections.singletonList(text), null, options.topK);
        return Suggestion.of(text, options, catalog());
    }

    /**
     * Answers the golden requests of the manifest again; how many there were.
     *
     * @throws BundleCorruptException where an answer differs from the one the bundle was shipped with
     */
    public int selftest() {
        return Golden.check(this, manifest.listOrEmpty("golden"));
    }

    /** Gives back what the encoder holds outside of Java's memory; with plain Java that is nothing. */
    @Override
    public void close() {
        if (texts.encoder instanceof AutoCloseable) {
            try {
                ((AutoCloseable) texts.encoder).close();
            } catch (Exception error) {
                throw new EncoderException("encoder.onnx: cannot be closed (" + error.getMessage() + ")", error);
            }
        }
    }

    TextEncoding texts() {
        return texts;
    }

    int dim() {
        return catalog.dim;
    }

    /** How much a score rises where the odds are this many times as high, in units of the dot product. */
    double scoreOfOdds(double times) {
        return answerBuilder.calibration.scoreOf(times) * texts.scale * texts.scale;
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
