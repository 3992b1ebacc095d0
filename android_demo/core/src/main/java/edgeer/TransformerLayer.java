package edgeer;

import java.util.concurrent.atomic.AtomicReference;

/** Attention, add and norm, feed-forward, add and norm. */
final class TransformerLayer {
    private final Dense query;
    private final Dense key;
    private final Dense value;
    private final Dense joined;
    private final Dense inner;
    private final Dense outer;
    private final float[][] norms;
    private final int width;
    private final int heads;
    private final float scale;
    private final float epsilon;
    private final boolean exactGelu;
    private final AtomicReference<Work> idle = new AtomicReference<Work>();

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
        this.width = width;
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

    /** Puts what the layer makes of {@code x} [tokens, width] in its place. */
    void apply(float[] x, int tokens) {
        Work kept = idle.getAndSet(null);
        Work work = kept != null && kept.tokens >= tokens ? kept : new Work(tokens, width, inner.weight.columns);
        int size = tokens * width;
        query.of(x, tokens, work.asked[0], work.narrow);
        key.of(x, tokens, work.asked[1], work.narrow);
        value.of(x, tokens, work.asked[2], work.narrow);
        Layers.attend(work.asked, work.seen, tokens, width, heads, scale);
        joined.of(work.seen, tokens, work.attended, work.narrow);
        Layers.add(work.attended, x, size);
        Layers.normalise(work.attended, size, norms[0], norms[1], epsilon);
        inner.of(work.attended, tokens, work.bent, work.wide);
        if (exactGelu) {
            Layers.gelu(work.bent, tokens * work.wide.length);
        } else {
            Layers.relu(work.bent, tokens * work.wide.length);
        }
        outer.of(work.bent, tokens, x, work.narrow);
        Layers.add(x, work.attended, size);
        Layers.normalise(x, size, norms[2], norms[3], epsilon);
        idle.set(work);
    }

    /** Arrays between the steps, kept for the next text; texts at the same time have their own. */
    private static final class Work {
        final int tokens;
        final float[][] asked; // queries, keys, values
        final float[] seen;
        final float[] attended;
        final float[] bent;
        final float[] narrow; // a row
        final float[] wide;

        Work(int tokens, int width, int wide) {
            this.tokens = tokens;
            asked = new float[3][tokens * width];
            seen = new float[tokens * width];
            attended = new float[tokens * width];
            bent = new float[tokens * wide];
            narrow = new float[width];
            this.wide = new float[wide];
        }
    }

    /** A product with a bias. */
    private static final class Dense {
        final Matrix weight;
        private final float[] bias;

        Dense(OnnxFile file, String name, int rows, int columns) {
            weight = new Matrix(file, name + ".weight", rows);
            bias = file.vector(name + ".bias", weight.columns);
            if (columns > 0 && weight.columns != columns) {
                throw file.wrongShape(name + ".weight", columns + " columns");
            }
        }

        void of(float[] x, int tokens, float[] product, float[] row) {
            weight.times(x, tokens, bias, product, row);
        }
    }
}
