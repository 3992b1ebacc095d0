package edgeer;

/** Surface forms as int8 vectors [forms, dim], scanned exactly: a score is an integer dot product. */
final class Vectors {
    static final int CLIP = 127;

    final int forms;
    final int dim;
    private final byte[] values;

    Vectors(byte[] values, int dim) {
        this.values = values;
        this.dim = dim;
        this.forms = values.length / dim;
    }

    /** {@code vector} times {@code scale}, rounded half to even and cut at ±127. */
    static byte[] quantise(float[] vector, float scale) {
        byte[] steps = new byte[vector.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (byte) Math.max(-CLIP, Math.min(CLIP, Math.rint(vector[i] * scale)));
        }
        return steps;
    }

    /** The dot product of a request with every form. */
    int[] dots(byte[] request) {
        int[] query = new int[dim];
        for (int i = 0; i < dim; i++) {
            query[i] = request[i];
        }
        int[] dots = new int[forms];
        for (int form = 0; form < forms; form++) {
            int sum = 0;
            int from = form * dim;
            for (int i = 0; i < query.length; i++) {
                sum += query[i] * values[from + i];
            }
            dots[form] = sum;
        }
        return dots;
    }

    /** The places of the {@code count} highest scores, best first, ties in their order. */
    static int[] best(double[] scores, int count) {
        int kept = Math.min(count, scores.length);
        int[] places = new int[kept];
        double least = Double.NEGATIVE_INFINITY;
        int chosen = 0;
        for (int place = 0; place < scores.length && kept > 0; place++) {
            double score = scores[place];
            if (chosen == kept && score <= least) {
                continue;
            }
            int at = chosen < kept ? chosen++ : kept - 1;
            while (at > 0 && scores[places[at - 1]] < score) {
                places[at] = places[at - 1];
                at--;
            }
            places[at] = place;
            least = scores[places[chosen - 1]];
        }
        return places;
    }
}
