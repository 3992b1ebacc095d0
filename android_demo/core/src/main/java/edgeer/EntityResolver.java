package edgeer;

import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
public final class EntityResolver {
    private static final int TOP_K = 5;

    private final Bundle bundle;
    private final Catalog catalog;
    private final WordPiece tokenizer;
    private final Encoder encoder;
    private final double scale;
    private final boolean reranks;
    private final RerankWeights weights;
    private final FormEvidence evidence;
    private final PairHead head; // null where the bundle has none, or no weight for it
    private final Calibration calibration;

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
        this.bundle = bundle;
        scale = bundle.manifest.object("index").number("scale");
        Fields card = new Fields(Json.parse(new String(bundle.file(Bundle.CARD), Bundle.UTF_8)), Bundle.CARD);
        int dim = card.wholeFrom(1, "dim");
        tokenizer = new WordPiece(bundle.file(Bundle.TOKENIZER), card.wholeFrom(2, "max_tokens"));
        encoder = factory.open(bundle.file(Bundle.ENCODER));
        if (encoder.encode(tokenizer.ids("")).length != dim) {
            throw new IllegalArgumentException("encoder.onnx: expected vectors of " + dim + " numbers");
        }
        catalog = new Catalog(bundle, dim);
        reranks = rerank && !bundle.manifest.objectOrEmpty("rerank").map().isEmpty();
        weights = new RerankWeights(reranks ? bundle.manifest.object("rerank") : Fields.EMPTY);
        Fields told = bundle.manifest.objectOrEmpty("calibration");
        String way = reranks ? "reranked" : "dense";
        calibration = new Calibration(told.has(way) ? told.object(way) : told);
        int[] demand = weights.popularity > 0 ? catalog.demand() : null;
        evidence = new FormEvidence(
                catalog.forms, catalog.formEntity, catalog.vectors, lang(), weights, demand, null);
        head = weights.head > 0 ? head(card) : null;
    }

    private PairHead head(Fields card) {
        if (bundle.file(Bundle.HEAD) == null || !card.has("head")) {
            throw new IllegalArgumentException("manifest.json, rerank.head has a weight, but there is no " + Bundle.HEAD);
        }
        byte[] kept = bundle.file(Bundle.HEAD_TOKENS);
        return new PairHead(bundle.file(Bundle.HEAD), card.object("head"), kept, encoder, tokenizer, catalog.forms);
    }

    /** Name of the bundle. */
    public String name() {
        return bundle.manifest.text("name");
    }

    /** Main language of the bundle's names ("es"). */
    public String lang() {
        return bundle.manifest.text("lang");
    }

    /** Everything the bundle says about itself, as in manifest.json: "counts", "report", "size_bytes", … */
    public Map<String, Object> manifest() {
        return Collections.unmodifiableMap(bundle.manifest.map());
    }

    /** All entities, in the order of their ids, without stream addresses. */
    public List<Entity> entities() {
        return Collections.unmodifiableList(catalog.entities);
    }

    /** The five best entities that {@code query} names. */
    public Resolution resolve(String query) {
        return resolve(query, TOP_K);
    }

    /** The entities that {@code query} names, at most {@code topK}, best first. */
    public Resolution resolve(String query, int topK) {
        return resolve(query, topK, calibration.minPrecision());
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

    /** Several texts of one utterance, as recognisers give them: the mean of what they say counts. */
    public Resolution resolve(List<String> nbest, int topK) {
        return resolve(nbest, null, topK, calibration.minPrecision());
    }

    /**
     * Several texts of one utterance, each with a weight above 0; the weighted mean of what they say counts.
     *
     * @param weights of the texts; null where all count alike
     * @throws IllegalArgumentException where an argument is null or out of its range
     */
    public Resolution resolve(List<String> nbest, double[] weights, int topK, double minPrecision) {
        check(nbest, weights, topK);
        calibration.needed(minPrecision);
        List<Said> said = new ArrayList<Said>();
        boolean readable = false;
        for (int i = 0; i < nbest.size(); i++) {
            if (!CanonicalText.isBlank(nbest.get(i))) {
                String text = CanonicalText.of(nbest.get(i));
                int[] ids = tokenizer.ids(text);
                readable |= tokenizer.canRead(ids);
                byte[] vector = Vectors.quantise(encoder.encode(ids), (float) scale);
                said.add(new Said(text, vector, weights == null ? 1 : weights[i]));
            }
        }
        String query = nbest.isEmpty() ? "" : nbest.get(0);
        List<Candidate> ranked = ranked(said, Math.max(topK, Calibration.COMPARED));
        return answer(query, ranked, readable, topK, minPrecision);
    }

    /**
     * Answers the golden requests of the manifest again; how many there were.
     *
     * @throws BundleCorruptException where an answer differs from the one the bundle was shipped with
     */
    public int selftest() {
        return Golden.check(this, bundle.manifest.listOrEmpty("golden"));
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

    double scale() {
        return scale;
    }

    /** The forms that compete. */
    Pool pool(List<Said> said, int k) {
        return evidence.pool(said, k);
    }

    /** The {@code k} best entities, with all parts of their scores. */
    List<Candidate> ranked(List<Said> said, int k) {
        return said.isEmpty() ? Collections.<Candidate>emptyList() : Ranking.best(pool(said, k), said, k, weights, head);
    }

    Resolution answer(String query, List<Candidate> ranked, boolean readable, int topK, double minPrecision) {
        double[] scores = new double[ranked.size()];
        for (int i = 0; i < scores.length; i++) {
            double score = ranked.get(i).score / (scale * scale);
            scores[i] = reranks ? score : Math.min(score, 1);
        }
        Map<String, Double> signs = signs(ranked);
        Decision decision = readable ? calibration.decide(scores, signs, minPrecision) : Decision.NO_MATCH;
        double[] confidences = readable ? calibration.confidences(scores, signs) : new double[scores.length];
        List<Match> matches = new ArrayList<Match>();
        for (int i = 0; i < Math.min(topK, scores.length); i++) {
            int entity = ranked.get(i).entity;
            matches.add(new Match(catalog.entities.get(entity), scores[i], confidences[i], catalog.file.metadata(entity)));
        }
        return new Resolution(query, decision, matches);
    }

    /** What the confidence of the best candidate is made of. */
    private Map<String, Double> signs(List<Candidate> ranked) {
        Map<String, Double> signs = new LinkedHashMap<String, Double>();
        if (!ranked.isEmpty()) {
            double[] parts = ranked.get(0).parts;
            signs.put("cosine", Math.min(parts[Candidate.DENSE] / (scale * scale), 1));
            if (weights.heard > 0) {
                double bits = parts[Candidate.HEARD] / weights.heard / Hearing.BIT;
                signs.put("heard", Math.log1p(Math.max(bits, 0)));
            }
        }
        return signs;
    }

    private static void check(List<String> nbest, double[] weights, int topK) {
        if (nbest == null) {
            throw new IllegalArgumentException("expected a list of texts, found null");
        }
        for (String text : nbest) {
            if (text == null) {
                throw new IllegalArgumentException("expected a request, found null");
            }
        }
        if (topK < 1) {
            throw new IllegalArgumentException("expected topK of 1 or more, found " + topK);
        }
        if (weights != null && weights.length != nbest.size()) {
            throw new IllegalArgumentException("expected a weight for each text, found " + weights.length);
        }
        for (int i = 0; weights != null && i < weights.length; i++) {
            if (!(weights[i] > 0 && weights[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("expected a weight above 0, found " + weights[i]);
            }
        }
    }
}
