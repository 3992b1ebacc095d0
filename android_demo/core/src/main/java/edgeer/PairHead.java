package edgeer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The DiPair head: a small transformer that reads the first tokens of a request and of a form together and scores the pair, as
 * {@code edge_er/encoder/pair_head.py} and {@code edge_er/training/export/head_graph.py} define it.
 */
final class PairHead {
    static final int STEPS = 64; // of a whole-number score for one unit of the head's
    private static final String[] PARTS = {
        ".query", ".key", ".value", ".output", ".inner", ".outer", ".attention_norm", ".norm"
    };

    private final Encoder encoder;
    private final WordPiece tokenizer;
    private final List<String> forms;
    private final Tensor keptTokens; // [forms, entityTokens, dim]; null where the bundle keeps none
    private final Tensor keptLengths;
    private final int requestTokens;
    private final int entityTokens;
    private final int dim;
    private final float scale;
    private final float[] positions;
    private final float[] normWeight;
    private final float[] normBias;
    private final float epsilon;
    private final TransformerLayer[] layers;
    private final float[] scoreWeight;
    private final float scoreBias;

    /**
     * @param settings {@code head} of the encoder's card
     * @param kept contents of head_tokens.safetensors; null where there is none
     * @throws EncoderException where the head cannot be used
     * @throws IllegalArgumentException where the kept tokens are not those of the forms
     */
    PairHead(byte[] onnx, Fields settings, byte[] kept, Encoder encoder, WordPiece tokenizer, List<String> forms) {
        this.encoder = encoder;
        this.tokenizer = tokenizer;
        this.forms = forms;
        requestTokens = settings.whole("request_tokens");
        entityTokens = settings.whole("entity_tokens");
        dim = settings.whole("dim");
        scale = (float) settings.number("token_scale");
        OnnxFile file = new OnnxFile(onnx, Bundle.HEAD);
        positions = file.vector("position", (requestTokens + entityTokens) * dim);
        normWeight = file.vector("norm.weight", dim);
        normBias = file.vector("norm.bias", dim);
        epsilon = file.epsilon();
        layers = layers(file);
        scoreWeight = file.vector("score.weight", dim);
        scoreBias = file.vector("score.bias", 1)[0];
        if (kept == null) {
            keptTokens = null;
            keptLengths = null;
        } else {
            Map<String, Tensor> arrays = SafeTensors.read(kept, Bundle.HEAD_TOKENS);
            int[] shape = {forms.size(), entityTokens, dim};
            keptTokens = SafeTensors.array(arrays, Bundle.HEAD_TOKENS, "tokens", Tensor.INT8, shape);
            keptLengths = SafeTensors.array(arrays, Bundle.HEAD_TOKENS, "lengths", Tensor.UINT8, forms.size());
            for (int form = 0; form < forms.size(); form++) {
                if ((keptLengths.int8(form) & 0xff) > entityTokens) {
                    throw new IllegalArgumentException(Bundle.HEAD_TOKENS + ": expected " + entityTokens + " tokens at most");
                }
            }
        }
    }

    private PairHead(PairHead other, List<String> forms) {
        encoder = other.encoder;
        tokenizer = other.tokenizer;
        this.forms = forms;
        keptTokens = other.keptTokens;
        keptLengths = other.keptLengths;
        requestTokens = other.requestTokens;
        entityTokens = other.entityTokens;
        dim = other.dim;
        scale = other.scale;
        positions = other.positions;
        normWeight = other.normWeight;
        normBias = other.normBias;
        epsilon = other.epsilon;
        layers = other.layers;
        scoreWeight = other.scoreWeight;
        scoreBias = other.scoreBias;
    }

    /** The same head with more forms after its own; their tokens are read when they are candidates. */
    PairHead withForms(List<String> more) {
        List<String> all = new ArrayList<String>(forms);
        all.addAll(more);
        return new PairHead(this, all);
    }

    private TransformerLayer[] layers(OnnxFile file) {
        int count = 0;
        while (file.has("layers." + count + ".inner.weight")) {
            count++;
        }
        TransformerLayer[] made = new TransformerLayer[count];
        for (int i = 0; i < count; i++) {
            String[] names = new String[PARTS.length];
            for (int part = 0; part < names.length; part++) {
                names[part] = "layers." + i + PARTS[part];
            }
            int heads = TransformerLayer.heads(file, "layers." + i + ".shape.heads", dim);
            float share = file.vector("layers." + i + ".scale", 1)[0];
            made[i] = new TransformerLayer(file, names, dim, heads, share, false);
        }
        return made;
    }

    /** What the head says of a canonical request with each of {@code chosen} forms, in 64ths. */
    int[] scores(String request, int[] chosen) {
        float[] asked = encoder.tokenOutput(tokenizer.ids(request), "head_request");
        int first = Math.min(asked.length / dim, requestTokens);
        int[] scores = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            scores[i] = (int) Math.rint(score(asked, first, tokens(chosen[i])) * STEPS);
        }
        return scores;
    }

    /** The tokens of a form as int8 steps; fewer than the head reads where the form has fewer. */
    private byte[] tokens(int form) {
        if (keptTokens != null && form < keptTokens.shape[0]) {
            byte[] tokens = new byte[(keptLengths.int8(form) & 0xff) * dim];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = keptTokens.int8(form * entityTokens * dim + i);
            }
            return tokens;
        }
        byte[] all = Vectors.quantise(encoder.tokenOutput(tokenizer.ids(forms.get(form)), "head_entity"), scale);
        byte[] tokens = new byte[Math.min(all.length, entityTokens * dim)];
        System.arraycopy(all, 0, tokens, 0, tokens.length);
        return tokens;
    }

    private float score(float[] asked, int first, byte[] named) {
        float[] x = new float[first * dim + named.length];
        for (int i = 0; i < first * dim; i++) {
            x[i] = asked[i] + positions[i];
        }
        for (int i = 0; i < named.length; i++) {
            x[first * dim + i] = named[i] / scale + positions[requestTokens * dim + i];
        }
        Layers.normalise(x, x.length, normWeight, normBias, epsilon);
        for (TransformerLayer layer : layers) {
            layer.apply(x, x.length / dim);
        }
        float sum = 0;
        for (int i = 0; i < dim; i++) {
            sum += x[i] * scoreWeight[i];
        }
        return sum + scoreBias;
    }
}
