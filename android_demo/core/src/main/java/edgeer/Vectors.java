package edgeer;

/** Surface forms as int8 vectors [forms, dim], scanned exactly: a score is an integer dot product. */
final class Vectors {
    static final int CLIP = 127;

    private static final int EXACT = 1024; // products of two int8 whose sum a float32 holds exactly, whatever they are

    final int forms;
    final int dim;
    private final float[][] columns; // [dim][forms], for loops over forms become vector instructions

    /** @param rows of {@code dim} numbers, one after another */
    Vectors(byte[] rows, int dim) {
        this(new Tensor("rows", Tensor.INT8, new int[] {rows.length / dim, dim}, rows, 0, rows.length));
    }

    /** @param values [forms, dim] */
    Vectors(Tensor values) {
        forms = values.shape[0];
        dim = values.shape[1];
        columns = new float[dim][forms];
        for (int i = 0; i < dim; i++) {
            float[] column = columns[i];
            for (int form = 0; form < column.length; form++) {
                column[form] = values.int8(form * dim + i);
            }
        }
    }

    /** {@code vector} times {@code scale}, rounded half to even and cut at ±127. */
    static byte[] quantise(float[] vector, float scale) {
        byte[] steps = new byte[vector.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (byte) Math.max(-CLIP, Math.min(CLIP, Math.rint(vector[i] * scale)));
        }
        return steps;
    }

    /** The dot product of a request with every form: whole numbers, which float32 holds exactly up to 2^24. */
    int[] dots(byte[] request, Scratch scratch) {
        int[] dots = scratch.numbers();
        float[] sums = scratch.sums;
        for (int i = 0; i < dim; i++) {
            Matrix.addOne(sums, request[i], columns[i]);
            if (i % EXACT == EXACT - 1 || i == dim - 1) {
                for (int form = 0; form < dots.length; form++) {
                    dots[form] += (int) sums[form];
                    sums[form] = 0;
                }
            }
        }
        return dots;
    }

    /** The places of the {@code count} highest scores, best first, ties in their order. */
    static int[] best(double[] scores, int count) {
        int kept = Math.min(count, scores.length);
        int[] places = new int[kept];
        double[] highest = new double[kept]; // the scores of these places
        double least = Double.NEGATIVE_INFINITY;
        int chosen = 0;
        for (int place = 0; place < scores.length && kept > 0; place++) {
            double score = scores[place];
            if (chosen == kept && score <= least) {
                continue;
            }
            int at = above(highest, chosen, score);
            chosen = Math.min(chosen + 1, kept);
            System.arraycopy(places, at, places, at + 1, chosen - 1 - at);
            System.arraycopy(highest, at, highest, at + 1, chosen - 1 - at);
            places[at] = place;
            highest[at] = score;
            least = highest[chosen - 1];
        }
        return places;
    }

    /** How many of the first {@code size} scores, which descend, are {@code score} or more. */
    private static int above(double[] scores, int size, double score) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = low + high >>> 1;
            if (scores[middle] >= score) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
