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
