package edgeer;

import java.util.List;

/** Checks of what callers give. */
final class Arguments {
    private Arguments() {}

    /**
     * Checks the texts of an utterance, their weights (null for none) and how many answers are wanted.
     *
     * @throws IllegalArgumentException where one of them is null or out of its range
     */
    static void check(List<String> nbest, double[] weights, int topK) {
        if (nbest == null) {
            throw new IllegalArgumentException("expected a list of texts, found null");
        }
        if (nbest.size() > Bounds.TEXTS) {
            throw new IllegalArgumentException("expected " + Bounds.TEXTS + " texts at most");
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
        double sum = 0;
        for (int i = 0; weights != null && i < weights.length; i++) {
            sum += weights[i];
            if (!(weights[i] > 0 && weights[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("expected a weight above 0, found " + weights[i]);
            }
        }
        if (sum == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("expected weights that can be added");
        }
    }
}
