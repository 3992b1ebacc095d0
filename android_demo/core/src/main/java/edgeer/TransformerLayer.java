package edgeer;

/** Attention, add and norm, feed-forward, add and norm. */
final class TransformerLayer {
    private final Dense query;
    private final Dense key;
    private final Dense value;
    private final Dense joined;
    private final Dense inner;
    private final Dense outer;
    private final float[][] norms;
    private final int heads;
    private final float scale;
    private final float epsilon;
    private final boolean exactGelu;

    /**
     * @param names of the parts, in this order: query, key, value, output, inner, outer, norm after attention, norm
     * @param exactGelu bends the inner values; false cuts them at 0
     * @throws EncoderException where a weight is missing or of another shape
     */
    TransformerLayer(OnnxFile file, String[] names, int width, int heads, float scale, boolean exactGelu) {
        query = new Dense(file, names[0], width, width);
        key = new Dense(file, names[1], width, width);
        value = new Dense(file, names[2], width, width);
        joined = new Dense(file, names[3], width, width);
        inner = new Dense(file, names[4], width, 0);
        outer = new Dense(file, names[5], inner.weight.columns, width);
        norms = new float[][] {
            file.vector(names[6] + ".weight", width),
            file.vector(names[6] + ".bias", width),
            file.vector(names[7] + ".weight", width),
            file.vector(names[7] + ".bias", width)
        };
        this.heads = heads;
        this.scale = scale;
        this.epsilon = file.epsilon();
        this.exactGelu = exactGelu;
    }

    /**
     * How many heads share the width, from the shape that a graph splits its queries by.
     *
     * @throws EncoderException where they do not divide it
     */
    static int heads(OnnxFile file, String name, int width) {
        int[] shape = file.weight(name).ints();
        if (shape.length != 4 || shape[2] < 1 || (long) shape[2] * shape[3] != width) {
            throw file.wrongShape(name, "heads that divide " + width);
        }
        return shape[2];
    }

    /** What the layer makes of {@code x} [tokens, width]. */
    float[] apply(float[] x, int tokens) {
        float[] seen = Layers.attend(query.of(x, tokens), key.of(x, tokens), value.of(x, tokens), tokens, heads, scale);
        float[] attended = Layers.normalise(Layers.add(joined.of(seen, tokens), x), norms[0], norms[1], epsilon);
        float[] bent = inner.of(attended, tokens);
        if (exactGelu) {
            Layers.gelu(bent);
        } else {
            Layers.relu(bent);
        }
        return Layers.normalise(Layers.add(outer.of(bent, tokens), attended), norms[2], norms[3], epsilon);
    }

    /** A product with a bias. */
    private static final class Dense {
        final Matrix weight;
        private final float[] bias;

        Dense(OnnxFile file, String name, int rows, int columns) {
            weight = Matrix.read(file, name + ".weight", rows);
            bias = file.vector(name + ".bias", weight.columns);
            if (columns > 0 && weight.columns != columns) {
                throw file.wrongShape(name + ".weight", columns + " columns");
            }
        }

        float[] of(float[] x, int tokens) {
            return weight.times(x, tokens, bias);
        }
    }
}
