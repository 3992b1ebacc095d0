package edgeer;

import java.util.HashMap;
import java.util.Map;

/**
 * The encoder in plain Java: a small BERT whose int8 weights are read from {@code encoder.onnx} and brought back to float32.
 *
 * <p>Reads the graphs that {@code edge_er/training/export/encoder_graph.py} writes: token table (with or without a projection), position
 * table, layers of attention and feed-forward with the exact GELU, mean over the tokens, an optional projection, length 1. Safe
 * for several threads.
 */
public final class TransformerEncoder implements Encoder {
    /** Makes encoders of this kind. */
    public static final Factory FACTORY = new Factory() {
        @Override
        public Encoder open(byte[] onnx) {
            return new TransformerEncoder(onnx);
        }
    };

    private static final String[] TOKEN_OUTPUTS = {"head_request", "head_entity"};
    private static final String[] PARTS = {
        "attention.query", "attention.key", "attention.value", "attention.output", "inner", "outer", "attention.norm", "norm"
    };

    private final Table tokens;
    private final Matrix tokenProjection;
    private final int width;
    private final Table positions;
    private final float[] normWeight;
    private final float[] normBias;
    private final float epsilon;
    private final TransformerLayer[] layers;
    private final Matrix output;
    private final Map<String, Matrix> tokenOutputs = new HashMap<String, Matrix>();

    /**
     * @param onnx contents of encoder.onnx
     * @throws EncoderException where this is no such graph
     */
    public TransformerEncoder(byte[] onnx) {
        OnnxFile file = new OnnxFile(onnx, Bundle.ENCODER);
        tokens = new Table(file, "token.table");
        tokenProjection = file.has("token.projection") ? new Matrix(file, "token.projection", tokens.columns) : null;
        width = tokenProjection == null ? tokens.columns : tokenProjection.columns;
        positions = new Table(file, "position.table");
        if (positions.columns != width) {
            throw file.wrongShape("position.table", "rows of " + width);
        }
        normWeight = file.vector("embedding.norm.weight", width);
        normBias = file.vector("embedding.norm.bias", width);
        epsilon = file.epsilon();
        layers = layers(file);
        output = file.has("output.projection") ? new Matrix(file, "output.projection", width) : null;
        for (String name : TOKEN_OUTPUTS) {
            if (file.has(name + ".projection")) {
                tokenOutputs.put(name, new Matrix(file, name + ".projection", width));
            }
        }
    }

    @Override
    public float[] encode(int[] tokenIds) {
        float[] x = states(tokenIds);
        float[] mean = new float[width];
        for (int i = 0; i < x.length; i++) {
            mean[i % width] += x[i];
        }
        for (int i = 0; i < width; i++) {
            mean[i] /= tokenIds.length;
        }
        return unit(output == null ? mean : output.times(mean, 1, null));
    }

    @Override
    public float[] tokenOutput(int[] tokenIds, String name) {
        if (!tokenOutputs.containsKey(name)) {
            throw new EncoderException("encoder.onnx: no output " + name + ", which a head needs; export both again");
        }
        return tokenOutputs.get(name).times(states(tokenIds), tokenIds.length, null);
    }

    private TransformerLayer[] layers(OnnxFile file) {
        int count = 0;
        while (file.has("layer." + count + ".inner.weight")) {
            count++;
        }
        TransformerLayer[] made = new TransformerLayer[count];
        for (int i = 0; i < count; i++) {
            String[] names = new String[PARTS.length];
            for (int part = 0; part < names.length; part++) {
                names[part] = "layer." + i + "." + PARTS[part];
            }
            int heads = TransformerLayer.heads(file, "shape.heads", width);
            float scale = file.vector("attention.scale", 1)[0];
            made[i] = new TransformerLayer(file, names, width, heads, scale, true);
        }
        return made;
    }

    /** What the last layer says of each token: [tokens, width]. */
    private float[] states(int[] ids) {
        float[] x = embed(ids);
        for (TransformerLayer layer : layers) {
            layer.apply(x, ids.length);
        }
        return x;
    }

    private float[] embed(int[] ids) {
        if (ids.length < 1 || ids.length > positions.rows) {
            throw new EncoderException("encoder.onnx: reads 1 to " + positions.rows + " tokens, found " + ids.length);
        }
        float[] rows = new float[ids.length * tokens.columns];
        for (int token = 0; token < ids.length; token++) {
            tokens.add(ids[token], rows, token * tokens.columns);
        }
        float[] x = tokenProjection == null ? rows : tokenProjection.times(rows, ids.length, null);
        for (int token = 0; token < ids.length; token++) {
            positions.add(token, x, token * width);
        }
        Layers.normalise(x, x.length, normWeight, normBias, epsilon);
        return x;
    }

    private static float[] unit(float[] vector) {
        double squares = 0;
        for (float each : vector) {
            squares += (double) each * each;
        }
        float length = Math.max((float) Math.sqrt(squares), 1e-12f);
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= length;
        }
        return vector;
    }

    /** How many tokens a text may have. */
    int longest() {
        return positions.rows;
    }

    /** Rows in float32, or in int8 with a scale for each row; they stay where they lie. */
    private static final class Table {
        final int rows;
        final int columns;
        private final Tensor values;
        private final float[] scales;

        Table(OnnxFile file, String name) {
            values = file.weight(name);
            if (values.shape.length != 2 || values.shape[0] < 1 || values.shape[1] < 1) {
                throw file.wrongShape(name, "rows and columns");
            }
            rows = values.shape[0];
            columns = values.shape[1];
            scales = file.scales(name, rows);
        }

        /** Adds a row to {@code sum} from {@code at} on. */
        void add(int row, float[] sum, int at) {
            if (row < 0 || row >= rows) {
                throw new EncoderException("encoder.onnx: knows " + rows + " tokens, found number " + row);
            }
            for (int i = 0; i < columns; i++) {
                int place = row * columns + i;
                sum[at + i] += scales == null ? values.float32(place) : values.int8(place) * scales[row];
            }
        }
    }
}
