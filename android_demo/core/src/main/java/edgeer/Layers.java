package edgeer;

import java.util.Arrays;

/** The parts of a transformer that have no weights of their own, or only a vector of them. */
final class Layers {
    private static final int STEPS = 64; // of the table of erf, for each unit
    private static final int REACH = 4; // beyond it erf is 1 in float32, but for the last bit
    private static final float[] ERF = new float[STEPS * REACH + 2];
    private static final float[] SLOPE = new float[STEPS * REACH + 2];
    private static final float ROOT_HALF = (float) Math.sqrt(0.5);

    static {
        for (int i = 0; i < ERF.length; i++) {
            double x = i / (double) STEPS;
            double density = 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
            double term = x; // of the series 2/sqrt(pi) exp(-x²) · sum of 2^n x^(2n+1) / (1·3·…·(2n+1))
            double sum = 0;
            for (int n = 1; term > 1e-18; n++) {
                sum += term;
                term *= 2 * x * x / (2 * n + 1);
            }
            ERF[i] = (float) (density * sum);
            SLOPE[i] = (float) (density / STEPS);
        }
    }

    private Layers() {}

    /** The error function, from a table by cubics through its values and slopes; right to 1e-7. */
    static float erf(float x) {
        float size = Math.abs(x) * STEPS;
        if (!(size < STEPS * REACH)) {
            return x > 0 ? 1 : x < 0 ? -1 : x;
        }
        int at = (int) size;
        float t = size - at;
        float rise = ERF[at + 1] - ERF[at];
        float bend = t * (1 - t) * ((1 - t) * (SLOPE[at] - rise) - t * (SLOPE[at + 1] - rise));
        float value = ERF[at] + t * rise + bend;
        return x < 0 ? -value : value;
    }

    /** x (1 + erf(x / sqrt 2)) / 2, in place, of the first {@code size} values. */
    static void gelu(float[] values, int size) {
        for (int i = 0; i < size; i++) {
            values[i] = values[i] * (1 + erf(values[i] * ROOT_HALF)) * 0.5f;
        }
    }

    static void relu(float[] values, int size) {
        for (int i = 0; i < size; i++) {
            values[i] = Math.max(values[i], 0);
        }
    }

    /** Adds {@code other} to {@code values}, in place. */
    static void add(float[] values, float[] other, int size) {
        for (int i = 0; i < size; i++) {
            values[i] += other[i];
        }
    }

    /** Brings each row [width] of {@code x} to mean 0 and variance 1, times {@code weight}, plus {@code bias}; in place. */
    static void normalise(float[] x, int size, float[] weight, float[] bias, float epsilon) {
        int width = weight.length;
        for (int start = 0; start < size; start += width) {
            double sum = 0;
            for (int i = start; i < start + width; i++) {
                sum += x[i];
            }
            double mean = sum / width;
            double squares = 0;
            for (int i = start; i < start + width; i++) {
                squares += (x[i] - mean) * (x[i] - mean);
            }
            double factor = 1 / Math.sqrt(squares / width + epsilon);
            for (int i = 0; i < width; i++) {
                x[start + i] = (float) ((x[start + i] - mean) * factor) * weight[i] + bias[i];
            }
        }
    }

    /** Attention over the tokens of one sequence, put into {@code joined}; all are [tokens, width]. */
    static void attend(float[][] asked, float[] joined, int tokens, int width, int heads, float scale) {
        float[] query = asked[0];
        float[] key = asked[1];
        float[] value = asked[2];
        int size = width / heads;
        Arrays.fill(joined, 0, tokens * width, 0);
        double[] shares = new double[tokens];
        for (int head = 0; head < heads; head++) {
            for (int token = 0; token < tokens; token++) {
                int from = token * width + head * size;
                for (int other = 0; other < tokens; other++) {
                    shares[other] = scale * dot(query, from, key, other * width + head * size, size);
                }
                softmax(shares);
                for (int other = 0; other < tokens; other++) {
                    float share = (float) shares[other];
                    int at = other * width + head * size;
                    for (int i = 0; i < size; i++) {
                        joined[from + i] += share * value[at + i];
                    }
                }
            }
        }
    }

    private static void softmax(double[] values) {
        double most = values[0];
        for (double value : values) {
            most = Math.max(most, value);
        }
        double total = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.exp(values[i] - most);
            total += values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= total;
        }
    }

    private static float dot(float[] one, int start, float[] other, int from, int size) {
        float sum = 0;
        for (int i = 0; i < size; i++) {
            sum += one[start + i] * other[from + i];
        }
        return sum;
    }
}
