package edgeer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ranked candidates to an answer: scores as cosines, confidences, a decision. */
final class AnswerBuilder {
    final Calibration calibration;
    private final double unit;
    private final boolean reranks;
    private final int heard;

    /**
     * @param scale of the int8 vectors
     * @param reranks false where vectors alone rank, whose scores are at most 1
     * @param heard weight of what was heard
     */
    AnswerBuilder(Calibration calibration, double scale, boolean reranks, int heard) {
        this.calibration = calibration;
        this.unit = scale * scale;
        this.reranks = reranks;
        this.heard = heard;
    }

    /**
     * @param ranked best first, at least as many as share the confidence where there are as many
     * @param readable whether the encoder knows anything of what was said
     */
    Resolution resolution(
            String query, Catalog catalog, List<Candidate> ranked, boolean readable, int topK, double minPrecision) {
        double[] scores = new double[ranked.size()];
        for (int i = 0; i < scores.length; i++) {
            double score = ranked.get(i).score / unit;
            scores[i] = reranks ? score : Math.min(score, 1);
        }
        Map<String, Double> features = features(ranked);
        Decision decision = readable ? calibration.decide(scores, features, minPrecision) : Decision.NO_MATCH;
        double[] confidences = readable ? calibration.confidences(scores, features) : new double[scores.length];
        List<Match> matches = new ArrayList<Match>();
        for (int i = 0; i < Math.min(topK, scores.length); i++) {
            int entity = ranked.get(i).entity;
            matches.add(new Match(catalog.entity(entity), scores[i], confidences[i], catalog.metadata(entity)));
        }
        return new Resolution(query, decision, matches);
    }

    /** What the confidence of the best candidate is made of. */
    private Map<String, Double> features(List<Candidate> ranked) {
        Map<String, Double> features = new LinkedHashMap<String, Double>();
        if (!ranked.isEmpty()) {
            double[] parts = ranked.get(0).parts;
            features.put("cosine", Math.min(parts[Candidate.DENSE] / unit, 1));
            if (heard > 0) {
                double bits = parts[Candidate.HEARD] / heard / Misrecognition.BIT;
                features.put("heard", Math.log1p(Math.max(bits, 0)));
            }
        }
        return features;
    }
}
