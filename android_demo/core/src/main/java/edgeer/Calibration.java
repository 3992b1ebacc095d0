package edgeer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evidence to a decision: how sure each candidate is, and whether to answer, as {@code edge_er/decision/calibration.py}
 * defines it.
 */
final class Calibration {
    /** Candidates that share the confidence. */
    static final int COMPARED = 16;

    /** Candidates that share the evidence. */
    static final int SHARING = 5;

    final Map<String, Double> weights = new LinkedHashMap<String, Double>();
    final double choice;
    final double bias;
    final double temperature;
    final double spread;
    final double rival;
    final double twin;
    final double minPrecision;
    final double[][] knots;
    final double[][] precision;

    /**
     * The calibration of a section that was checked; what it does not say keeps its default.
     *
     * @throws IllegalArgumentException where a curve does not ascend
     */
    Calibration(Fields section) {
        Fields named = section.objectOrEmpty("weights");
        for (String name : named.map().keySet()) {
            weights.put(name, named.number(name));
        }
        if (!section.has("weights")) {
            weights.put("cosine", 12.0);
        }
        choice = section.number("choice", 1.5);
        bias = section.number("bias", -7);
        temperature = section.number("temperature", 0.05);
        spread = section.number("spread", 0);
        rival = section.number("rival", 0.2);
        twin = section.number("twin", 0.8);
        minPrecision = section.number("min_precision", 0.95);
        knots = curve(section, "knots");
        precision = section.has("precision") ? curve(section, "precision") : new double[][] {{0, 0}, {0.95, 0.75}, {1, 1}};
    }

    /** How much a score rises where the odds are this many times as high. */
    double scoreOf(double times) {
        return temperature * Math.log(times);
    }

    /**
     * Confidence of each candidate.
     *
     * @param scores best first
     * @param features of the best one by name
     */
    double[] confidences(double[] scores, Map<String, Double> features) {
        double[] odds = odds(scores, scores.length);
        if (odds.length > 0) {
            int equal = within(scores, 1);
            double best = confidence(evidence(scores, features, equal)) / equal;
            for (int i = 0; i < odds.length; i++) {
                odds[i] *= best;
            }
        }
        return odds;
    }

    /** The confidence from which on answers are right at least that often. */
    double needed(double wanted) {
        if (!(wanted > 0 && wanted < 1)) {
            throw new IllegalArgumentException("expected minPrecision between 0 and 1, both excluded, found " + wanted);
        }
        return onCurve(precision, wanted);
    }

    /**
     * What to answer: a match where the best candidate is sure enough, ambiguous where only it or a rival is; neither where the
     * request says another number than the best candidate has.
     */
    Decision decide(double[] scores, Map<String, Double> features, double wanted) {
        double needed = needed(wanted);
        Double number = features.get("number");
        if (scores.length == 0 || number != null && number <= -1) {
            return Decision.NO_MATCH;
        }
        int rivals = within(scores, rival);
        double[] confidences = confidences(scores, features);
        if (tied(scores) == 1 && confidences[0] >= needed) {
            return Decision.MATCH;
        }
        double joint = 0;
        for (int i = 0; i < rivals; i++) {
            joint += confidences[i];
        }
        joint = Math.min(joint, confidence(evidence(scores, features, rivals)));
        return rivals > 1 && joint >= needed ? Decision.AMBIGUOUS : Decision.NO_MATCH;
    }

    /** How many of the first candidates cannot be told apart from the best one, itself included. */
    int tied(double[] scores) {
        return Math.min(scores.length, Math.max(1, within(scores, twin)));
    }

    /** How many of the candidates that are compared have at least such odds; those of the best score have 1. */
    private int within(double[] scores, double least) {
        int count = 0;
        for (double odds : odds(scores, COMPARED)) {
            count += odds >= least ? 1 : 0;
        }
        return count;
    }

    /** How much speaks for one of the first {@code among} candidates being right. */
    private double evidence(double[] scores, Map<String, Double> features, int among) {
        double sum = 0;
        for (Map.Entry<String, Double> weight : weights.entrySet()) {
            sum += weight.getValue() * features.get(weight.getKey());
        }
        double[] odds = odds(scores, SHARING, spread > 0 ? spread : temperature);
        double first = 0;
        double all = 0;
        for (int i = 0; i < odds.length; i++) {
            all += odds[i];
            first += i < among ? odds[i] : 0;
        }
        return sum + choice * Math.log(first / all) + bias;
    }

    private double confidence(double evidence) {
        return knots.length > 0 ? onCurve(knots, evidence) : 1 / (1 + Math.exp(-evidence));
    }

    private double[] odds(double[] scores, int most) {
        return odds(scores, most, temperature);
    }

    private static double[] odds(double[] scores, int most, double unit) {
        double[] odds = new double[Math.min(most, scores.length)];
        for (int i = 0; i < odds.length; i++) {
            odds[i] = Math.exp((scores[i] - scores[0]) / unit);
        }
        return odds;
    }

    /** The height of the points at {@code value}: straight between two of them, level beyond the ends. */
    private static double onCurve(double[][] points, double value) {
        if (value <= points[0][0]) {
            return points[0][1];
        }
        for (int i = 1; i < points.length; i++) {
            double[] left = points[i - 1];
            double[] right = points[i];
            if (value <= right[0]) {
                return left[1] + (right[1] - left[1]) * (value - left[0]) / (right[0] - left[0]);
            }
        }
        return points[points.length - 1][1];
    }

    private static double[][] curve(Fields section, String name) {
        List<Object> points = section.listOrEmpty(name);
        double[][] curve = new double[points.size()][];
        for (int i = 0; i < curve.length; i++) {
            List<?> point = (List<?>) points.get(i);
            curve[i] = new double[] {((Number) point.get(0)).doubleValue(), ((Number) point.get(1)).doubleValue()};
            boolean ascends = i == 0 || curve[i - 1][0] < curve[i][0] && curve[i - 1][1] <= curve[i][1];
            if (!ascends || curve[i][1] < 0 || curve[i][1] > 1) {
                throw new IllegalArgumentException("manifest.json, calibration." + name
                        + ": expected points that ascend, with heights from 0 to 1, found " + points);
            }
        }
        return curve;
    }
}
