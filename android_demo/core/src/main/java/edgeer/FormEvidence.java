package edgeer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What speaks for each of a set of forms, a catalog's or a person's own: vectors, hearing, sounds and demand, in whole numbers,
 * as {@code edge_er/evidence.py} defines it.
 */
final class FormEvidence {
    static final int SHORT_FORM = 150; // so that no short form is found everywhere

    private final Vectors vectors;
    private final int[] formEntity;
    private final int[] demand; // of each form's entity; null where popularity has no weight
    private final RerankWeights weights;
    private final SoundFold fold;
    private final GramIndex pieces; // null where sounds have no weight
    private final Hearing hearing; // null where what was heard has no weight
    private final int entities;

    /**
     * @param forms surface forms in canonical text, each with a vector and an entity
     * @param like what pieces are worth; null for their rarity in these forms
     */
    FormEvidence(
            List<String> forms,
            int[] formEntity,
            Vectors vectors,
            String lang,
            RerankWeights weights,
            int[] demand,
            GramIndex like) {
        this.vectors = vectors;
        this.formEntity = formEntity;
        this.demand = demand;
        this.weights = weights;
        fold = new SoundFold(lang);
        int[][] sounds = new int[forms.size()][];
        Set<Integer> distinct = new HashSet<Integer>();
        for (int form = 0; form < sounds.length; form++) {
            sounds[form] = CodePoints.of(fold.of(forms.get(form)));
            distinct.add(formEntity[form]);
        }
        entities = distinct.size();
        pieces = weights.soundPieces > 0 || weights.soundForms > 0 ? new GramIndex(sounds, like) : null;
        hearing = weights.heard > 0 ? new Hearing(lang, forms) : null;
    }

    GramIndex pieces() {
        return pieces;
    }

    /** Candidates of at least {@code k} entities where there are as many, and the weighted mean of what speaks for them. */
    Pool pool(List<Said> said, int k) {
        int[][] dots = new int[said.size()][];
        int[][] shared = new int[said.size()][];
        double total = 0;
        for (int i = 0; i < dots.length; i++) {
            dots[i] = vectors.dots(said.get(i).vector);
            shared[i] = pieces == null ? null : pieces.shared(CodePoints.of(fold.of(Carrier.without(said.get(i).text))));
            total += said.get(i).weight;
        }
        int[] forms = candidates(dots, shared, k);
        int[] owners = new int[forms.length];
        for (int i = 0; i < forms.length; i++) {
            owners[i] = formEntity[forms[i]];
        }
        Pool pool = new Pool(forms, owners);
        for (int i = 0; i < dots.length; i++) {
            addEvidence(said.get(i).text, dots[i], shared[i], said.get(i).weight / total, pool);
        }
        return pool;
    }

    /** Candidate forms, ascending. */
    private int[] candidates(int[][] dots, int[][] shared, int k) {
        boolean[] chosen = new boolean[formEntity.length];
        for (int[] found : shared) {
            if (weights.soundForms > 0) {
                mark(chosen, Vectors.best(soundScores(found), weights.soundForms));
            }
        }
        for (int count = weights.denseForms; ; count *= 2) {
            for (int[] row : dots) {
                mark(chosen, Vectors.best(doubles(row), count));
            }
            Set<Integer> owners = new HashSet<Integer>();
            int size = 0;
            for (int form = 0; form < chosen.length; form++) {
                if (chosen[form]) {
                    size++;
                    owners.add(formEntity[form]);
                }
            }
            if (count >= formEntity.length || owners.size() >= Math.min(k, entities)) {
                return marked(chosen, size);
            }
        }
    }

    private double[] soundScores(int[] shared) {
        double[] scores = new double[shared.length];
        for (int form = 0; form < scores.length; form++) {
            scores[form] = (double) shared[form] / (pieces.total(form) + SHORT_FORM);
        }
        return scores;
    }

    private void addEvidence(String text, int[] dots, int[] shared, double share, Pool pool) {
        int[] heard = hearing == null ? null : hearing.worth(text, pool.forms);
        double[][] parts = pool.parts;
        for (int i = 0; i < pool.forms.length; i++) {
            int form = pool.forms[i];
            parts[Candidate.DENSE][i] += share * dots[form];
            if (heard != null) {
                parts[Candidate.HEARD][i] += share * ((long) weights.heard * heard[i]);
            }
            if (demand != null) {
                parts[Candidate.POPULARITY][i] += share * ((long) weights.popularity * demand[form]);
            }
            if (shared != null) {
                parts[Candidate.PIECES][i] += share * ((long) weights.soundPieces * shared[form]);
            }
        }
    }

    private static void mark(boolean[] chosen, int[] forms) {
        for (int form : forms) {
            chosen[form] = true;
        }
    }

    private static int[] marked(boolean[] chosen, int size) {
        int[] forms = new int[size];
        int at = 0;
        for (int form = 0; form < chosen.length; form++) {
            if (chosen[form]) {
                forms[at++] = form;
            }
        }
        return forms;
    }

    private static double[] doubles(int[] values) {
        double[] found = new double[values.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = values[i];
        }
        return found;
    }
}
