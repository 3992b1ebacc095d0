package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
     * @param judging to confidence and decision
     */
    Resolution resolution(
            String query,
            Catalog catalog,
            List<EncodedText> texts,
            List<Candidate> ranked,
            int topK,
            double minPrecision,
            Calibration judging) {
        if (ranked.isEmpty()) {
            return new Resolution(query, Decision.NO_MATCH, Collections.<Match>emptyList(), 0);
        }
        boolean readable = false;
        for (EncodedText text : texts) {
            readable |= text.readable;
        }
        double[] scores = scores(ranked);
        Features.Utterance utterance = features.utterance(catalog, texts, ranked);
        Equals equals = features.equals(utterance, catalog, ranked, scores);
        Map<String, Double> found = features.of(catalog, ranked.get(0), utterance, equals);
        double[] judged = scores.clone();
        Arrays.fill(judged, 0, Math.min(equals.count, judged.length), judged[0]);
        Decision decision = readable ? judging.decide(judged, found, minPrecision) : Decision.NO_MATCH;
        double[] confidences = readable ? judging.confidences(judged, found) : new double[scores.length];
        List<Match> matches = new ArrayList<Match>();
        for (int i = 0; i < Math.min(topK, scores.length); i++) {
            int entity = ranked.get(i).entity;
            matches.add(new Match(catalog.entity(entity), scores[i], confidences[i], catalog.metadata(entity)));
        }
        return new Resolution(query, decision, matches, judging.tied(judged));
    }

    /** The explanation of at most {@code topK} of ranked candidates, which are one more where there are as many. */
    List<Explanation> explanations(Catalog catalog, List<EncodedText> texts, List<Candidate> ranked, int topK) {
        List<Explanation> found = new ArrayList<Explanation>();
        Features.Utterance utterance = features.utterance(catalog, texts, ranked);
        Equals equals = features.equals(utterance, catalog, ranked, scores(ranked));
        for (int i = 0; i < Math.min(topK, ranked.size()); i++) {
            Candidate each = ranked.get(i);
            double below = i + 1 < ranked.size() ? ranked.get(i + 1).score : each.score;
            Map<String, Double> signs = features.of(catalog, each, utterance, i < equals.count ? equals : Equals.NONE);
            found.add(new Explanation(catalog.entity(each.entity), catalog.form(each.form), each, below, unit, signs));
        }
        return found;
    }

    /** In units of the cosine; vectors alone give at most 1. */
    private double[] scores(List<Candidate> ranked) {
        double[] scores = new double[ranked.size()];
        for (int i = 0; i < scores.length; i++) {
            double score = ranked.get(i).score / unit;
            scores[i] = reranks ? score : Math.min(score, 1);
        }
        return scores;
    }
}
