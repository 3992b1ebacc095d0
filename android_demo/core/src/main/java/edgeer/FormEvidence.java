package edgeer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What speaks for each of a set of forms, a catalog's or a person's own: vectors, misrecognition, words, sounds and demand, in
 * whole numbers, as {@code edge_er/ranking/evidence.py} defines it.
 */
final class FormEvidence {
    static final int SHORT_FORM = 150; // so that no short form is found everywhere

    private final Vectors vectors;
    private final int[] formEntity;
    private final int[] demand; // of each form's entity; null where popularity has no weight
    private final RerankWeights weights;
    private final SoundCodes soundCodes;
    private final NgramIndex ngrams; // null where sounds have no weight
    private final Misrecognition misrecognition; // null where what was heard has no weight, and words none
    private final WordIndex words; // null where words have no weight
    private final int entities;

    /**
     * @param forms surface forms in canonical text, each with a vector and an entity
     * @param like the index whose n-gram weights count; null for the rarity in these forms
     * @param base words of the catalog that these forms stand beside; null for none
     */
    FormEvidence(
            List<String> forms,
            int[] formEntity,
            Vectors vectors,
            String lang,
            RerankWeights weights,
            int[] demand,
            NgramIndex like,
            WordIndex base) {
        this.vectors = vectors;
        this.formEntity = formEntity;
        this.demand = demand;
        this.weights = weights;
        soundCodes = new SoundCodes(lang);
        int[][] sounds = new int[forms.size()][];
        Set<Integer> distinct = new HashSet<Integer>();
        for (int form = 0; form < sounds.length; form++) {
            sounds[form] = CodePoints.of(soundCodes.of(forms.get(form)));
            distinct.add(formEntity[form]);
        }
        entities = distinct.size();
        ngrams = weights.soundPieces > 0 || weights.soundForms > 0 ? new NgramIndex(sounds, like) : null;
        misrecognition = weights.heard > 0 || weights.words > 0 ? new Misrecognition(lang, forms) : null;
        words = weights.words > 0 ? new WordIndex(misrecognition, forms, base) : null;
    }

    NgramIndex ngrams() {
        return ngrams;
    }

    /** The words of all forms; null where words have no weight. */
    WordIndex words() {
        return words;
    }

    /** Candidates of at least {@code k} entities where there are as many, and the weighted mean of what speaks for them. */
    Pool pool(List<EncodedText> texts, int k) {
        Carriers[] requests = new Carriers[texts.size()];
        int[][] dots = new int[texts.size()][];
        int[][] shared = new int[texts.size()][];
        int[][] said = new int[texts.size()][];
        double total = 0;
        for (int i = 0; i < dots.length; i++) {
            requests[i] = new Carriers(texts.get(i).text, words);
            dots[i] = vectors.dots(texts.get(i).vector);
            shared[i] = ngrams == null ? null : ngrams.shared(CodePoints.of(soundCodes.of(requests[i].name())));
            said[i] = words == null ? null : words.scores(requests[i]);
            total += texts.get(i).weight;
        }
        int[] forms = candidates(dots, shared, said, k);
        int[] owners = new int[forms.length];
        for (int i = 0; i < forms.length; i++) {
            owners[i] = formEntity[forms[i]];
        }
        Pool pool = new Pool(forms, owners);
        for (int i = 0; i < dots.length; i++) {
            addEvidence(requests[i], dots[i], shared[i], said[i], texts.get(i).weight / total, pool);
        }
        return pool;
    }

    /** Candidate forms, ascending. */
    private int[] candidates(int[][] dots, int[][] shared, int[][] said, int k) {
        boolean[] chosen = new boolean[formEntity.length];
        for (int[] row : shared) {
            if (weights.soundForms > 0) {
                mark(chosen, Vectors.best(soundScores(row), weights.soundForms));
            }
        }
        for (int[] row : said) {
            if (row != null) {
                markByWords(chosen, row);
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
            scores[form] = (double) shared[form] / (ngrams.total(form) + SHORT_FORM);
        }
        return scores;
    }

    private void addEvidence(Carriers request, int[] dots, int[] shared, int[] said, double share, Pool pool) {
        int[] bits = weights.heard > 0 ? misrecognition.scores(request, pool.forms) : null;
        double[][] parts = pool.parts;
        for (int i = 0; i < pool.forms.length; i++) {
            int form = pool.forms[i];
            parts[Candidate.DENSE][i] += share * dots[form];
            if (bits != null) {
                int best = said == null ? bits[i] : Math.max(bits[i], said[form]);
                parts[Candidate.HEARD][i] += share * ((long) weights.heard * best);
            }
            if (demand != null) {
                parts[Candidate.POPULARITY][i] += share * ((long) weights.popularity * demand[form]);
            }
            if (shared != null) {
                parts[Candidate.PIECES][i] += share * ((long) weights.soundPieces * shared[form]);
            }
        }
    }

    /** Marks the forms of the highest word scores; those without a score are no candidates. */
    private void markByWords(boolean[] chosen, int[] scores) {
        for (int form : Vectors.best(doubles(scores), weights.words)) {
            chosen[form] |= scores[form] > WordIndex.NO_SCORE;
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
        double[] converted = new double[values.length];
        for (int i = 0; i < converted.length; i++) {
            converted[i] = values[i];
        }
        return converted;
    }
}
