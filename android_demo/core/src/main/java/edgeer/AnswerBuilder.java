package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Ranked candidates to an answer: scores as cosines, confidences, a decision. */
final class AnswerBuilder {
    final Calibration calibration;
    private final Calibration typed;
    private final Features features;
    private final double unit;
    private final boolean reranks;

    /**
     * @param typed the calibration of typed requests
     * @param scale of the int8 vectors
     * @param reranks false where vectors alone rank, whose scores are at most 1
     */
    AnswerBuilder(Calibration calibration, Calibration typed, Features features, double scale, boolean reranks) {
        this.calibration = calibration;
        this.typed = typed;
        this.features = features;
        this.unit = scale * scale;
        this.reranks = reranks;
    }

    /** The calibration of requests that were typed, or of others. */
    Calibration calibration(boolean isTyped) {
        return isTyped ? typed : calibration;
    }

    /**
     * @param texts of the utterance
     * @param ranked best first, at least as many as share the confidence where there are as many
     * @param readable whether the encoder knows anything of what was said
     * @param judging to confidence and decision
     */
    Resolution resolution(
            String query,
            Catalog catalog,
            List<EncodedText> texts,
            List<Candidate> ranked,
            boolean readable,
            int topK,
            double minPrecision,
            Calibration judging) {
        double[] scores = new double[ranked.size()];
        for (int i = 0; i < scores.length; i++) {
            double score = ranked.get(i).score / unit;
            scores[i] = reranks ? score : Math.min(score, 1);
        }
        Features.Utterance utterance = features.utterance(catalog, texts, ranked);
        Equals equals = features.equals(utterance, catalog, ranked, scores);
        Map<String, Double> found = features.of(catalog, ranked, utterance, equals);
        double[] judged = scores.clone();
        Arrays.fill(judged, 0, Math.min(equals.count, judged.length), judged.length > 0 ? judged[0] : 0);
        Decision decision = readable ? judging.decide(judged, found, minPrecision) : Decision.NO_MATCH;
        double[] confidences = readable ? judging.confidences(judged, found) : new double[scores.length];
        List<Match> matches = new ArrayList<Match>();
        for (int i = 0; i < Math.min(topK, scores.length); i++) {
            int entity = ranked.get(i).entity;
            matches.add(new Match(catalog.entity(entity), scores[i], confidences[i], catalog.metadata(entity)));
        }
        return new Resolution(query, decision, matches, judging.tied(judged));
    }
}
