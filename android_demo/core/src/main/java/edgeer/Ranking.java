package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Candidate forms to the best entities, as {@code edge_er/ranking/rerank.py} defines it: an entity has the score of its best
 * form; ties go to the smaller entity, then the smaller form.
 */
final class Ranking {
    private Ranking() {}

    /** The {@code k} best entities of a pool; {@code head} is asked about its forms in a close race, where there is one. */
    static List<Candidate> best(Pool pool, List<EncodedText> texts, int k, RerankWeights weights, PairHead head) {
        if (head != null) {
            addHead(pool, texts, weights, head);
        }
        return best(pool, k);
    }

    private static List<Candidate> best(final Pool pool, int k) {
        final double[] scores = pool.scores();
        Integer[] order = new Integer[scores.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        Arrays.sort(order, new Comparator<Integer>() {
            @Override
            public int compare(Integer one, Integer other) {
                int byScore = Double.compare(scores[other], scores[one]);
                int byEntity = byScore != 0 ? byScore : compareInts(pool.entities[one], pool.entities[other]);
                return byEntity != 0 ? byEntity : compareInts(pool.forms[one], pool.forms[other]);
            }
        });
        List<Candidate> best = new ArrayList<Candidate>();
        Set<Integer> seen = new HashSet<Integer>();
        for (int i = 0; i < order.length && best.size() < k; i++) {
            int place = order[i];
            if (seen.add(pool.entities[place])) {
                double[] own = new double[pool.parts.length];
                for (int part = 0; part < own.length; part++) {
                    own[part] = pool.parts[part][place];
                }
                best.add(new Candidate(pool.entities[place], pool.forms[place], scores[place], own));
            }
        }
        return best;
    }

    /** What the head adds to the first forms of a close race; the others get what it gives the worst of these. */
    private static void addHead(Pool pool, List<EncodedText> texts, RerankWeights weights, PairHead head) {
        List<Candidate> first = best(pool, 2);
        if (first.size() < 2 || first.get(0).score - first.get(1).score >= weights.headMargin) {
            return;
        }
        int[] places = Vectors.best(pool.scores(), weights.headForms);
        int[] forms = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            forms[i] = pool.forms[places[i]];
        }
        double total = 0;
        for (EncodedText each : texts) {
            total += each.weight;
        }
        double[] scores = new double[places.length];
        for (EncodedText each : texts) {
            int[] own = head.scores(each.text, forms);
            for (int i = 0; i < scores.length; i++) {
                scores[i] += each.weight / total * own[i];
            }
        }
        double least = Double.POSITIVE_INFINITY;
        for (double each : scores) {
            least = Math.min(least, each);
        }
        Arrays.fill(pool.parts[Candidate.HEAD], weights.head * least);
        for (int i = 0; i < places.length; i++) {
            pool.parts[Candidate.HEAD][places[i]] = weights.head * scores[i];
        }
    }

    private static int compareInts(int one, int other) {
        return one < other ? -1 : one > other ? 1 : 0;
    }
}
