package edgeer;

import java.util.ArrayList;
import java.util.List;

/**
 * What speaks for each of a set of forms, a catalog's or a person's own: vectors, misrecognition, words, sounds and demand, in
 * whole numbers, as {@code edge_er/ranking/evidence.py} defines it. Where words count, the dot product of a phrase of the request is
 * raised to that of a vector with itself, and among forms that nothing tells apart it is asked who is meant ({@link TiedForms}).
 */
final class FormEvidence {
    static final int SHORT_FORM = 150; // so that no short form is found everywhere
    static final int SHARES = 1 << 24; // with words, a share is so many parts of 1, so that all sums are exact

    private final Vectors vectors;
    private final int[] formEntity;
    private final int[] demand; // of each form's entity; null where nothing looks at it
    private final RerankWeights weights;
    private final SoundCodes soundCodes;
    private final NgramIndex ngrams; // null where sounds have no weight
    private final Misrecognition misrecognition; // null where what was heard has no weight, and words none
    private final WordIndex words; // null where words have no weight
    private final Numbers numbers; // null where they have no weight
    private final List<String> forms;
    private final Scratch.Keeper keeper;

    /** One reading of a text: the words of the name in it, and what it says about all forms. */
    private final class Reading {
        final Carriers request;
        final int[] shared; // null where n-grams have no weight
        final WordScores said; // null where words have none

        Reading(String text, Scratch scratch) {
            request = new Carriers(text, words);
            int[] code = ngrams == null ? null : CodePoints.of(soundCodes.of(request.name()));
            shared = ngrams == null ? null : ngrams.shared(code, scratch.numbers());
            said = words == null ? null : words.scores(request, scratch);
        }

        /** Misrecognition scores of forms, or their word scores where these are higher. */
        int[] heard(int[] pool) {
            int[] scores = misrecognition.scores(request, pool);
            for (int i = 0; said != null && i < pool.length; i++) {
                scores[i] = Math.max(scores[i], said.scores[pool[i]]);
            }
            return scores;
        }
    }

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
        ngrams = weights.soundPieces > 0 || weights.soundForms > 0 ? new NgramIndex(forms, soundCodes, like) : null;
        misrecognition = weights.heard > 0 || weights.words > 0 ? new Misrecognition(lang, forms) : null;
        words = weights.words > 0 ? new WordIndex(misrecognition, forms, base) : null;
        numbers = weights.numbers > 0 ? new Numbers(lang) : null;
        this.forms = forms;
        keeper = new Scratch.Keeper(forms.size());
    }

    /** Null where what was heard has no weight, and words none. */
    Misrecognition misrecognition() {
        return misrecognition;
    }

    NgramIndex ngrams() {
        return ngrams;
    }

    /** The words of all forms; null where words have no weight. */
    WordIndex words() {
        return words;
    }

    /**
     * Candidates of at least {@code k} entities where there are as many, and the weighted mean of what speaks for them.
     *
     * @param allowed whether each entity may be a candidate; null for all
     */
    Pool pool(List<EncodedText> texts, int k, @Nullable boolean[] allowed) {
        Scratch scratch = keeper.take();
        Pool pool = pool(texts, k, allowed, scratch);
        keeper.giveBack(scratch);
        return pool;
    }

    private Pool pool(List<EncodedText> texts, int k, @Nullable boolean[] allowed, Scratch scratch) {
        List<List<Reading>> readings = new ArrayList<List<Reading>>();
        int[][] dots = new int[texts.size()][];
        double total = 0;
        for (int i = 0; i < dots.length; i++) {
            readings.add(readings(texts.get(i).text, scratch));
            dots[i] = vectors.dots(texts.get(i).vector, scratch);
            total += texts.get(i).weight;
        }
        int[] candidates = candidates(dots, readings, k, new Chosen(formEntity, allowed, scratch.marks()), scratch);
        int[] owners = new int[candidates.length];
        for (int i = 0; i < candidates.length; i++) {
            owners[i] = formEntity[candidates[i]];
        }
        Pool pool = new Pool(candidates, owners);
        for (int i = 0; i < dots.length; i++) {
            addEvidence(texts.get(i), total, dots[i], readings.get(i), pool);
        }
        return pool;
    }

    /** A text as it stands, and with its numbers spelled otherwise. */
    private List<Reading> readings(String text, Scratch scratch) {
        List<Reading> found = new ArrayList<Reading>();
        found.add(new Reading(text, scratch));
        if (numbers != null) {
            List<String> others = numbers.otherReadings(text, words);
            for (String other : others.subList(0, Math.min(others.size(), weights.numbers))) {
                found.add(new Reading(other, scratch));
            }
        }
        return found;
    }

    /** Candidate forms, ascending. */
    private int[] candidates(int[][] dots, List<List<Reading>> readings, int k, Chosen chosen, Scratch scratch) {
        for (List<Reading> each : readings) {
            for (Reading reading : each) {
                if (weights.soundForms > 0) {
                    chosen.add(soundScores(reading.shared, scratch.scores), weights.soundForms);
                }
                if (words != null) {
                    chosen.addAbove(WordIndex.NO_SCORE, scratch.scores(reading.said.scores), weights.words);
                }
            }
        }
        for (int count = weights.denseForms; ; count *= 2) {
            for (int[] row : dots) {
                chosen.add(scratch.scores(row), count);
            }
            if (chosen.has(k) || count >= chosen.allowedForms()) {
                return chosen.forms();
            }
        }
    }

    private double[] soundScores(int[] shared, double[] scores) {
        for (int form = 0; form < scores.length; form++) {
            scores[form] = (double) shared[form] / (ngrams.total(form) + SHORT_FORM);
        }
        return scores;
    }

    /** Adds what a text and its readings say; {@code total} is the weight of all texts. */
    private void addEvidence(EncodedText text, double total, int[] allDots, List<Reading> readings, Pool pool) {
        double share = text.weight / total;
        share = words == null ? share : Math.floor(share * SHARES + 0.5) / SHARES;
        int[] dots = new int[pool.forms.length];
        int[] bits = weights.heard > 0 ? heard(readings, pool.forms) : dots.clone();
        int[] shared = new int[dots.length];
        for (int i = 0; i < dots.length; i++) {
            int form = pool.forms[i];
            dots[i] = allDots[form];
            for (Reading reading : readings) {
                shared[i] = ngrams == null ? 0 : Math.max(shared[i], reading.shared[form]);
            }
        }
        int[] raised = dots.clone();
        int[] meant = new int[dots.length];
        if (weights.heard > 0 && words != null) {
            TiedForms tied = tied(text, readings, pool.forms, bits, raised);
            tied.share(raised);
            tied.share(shared);
            meant = tied.meant(pool.forms, formEntity, demand);
        }
        double[][] parts = pool.parts;
        for (int i = 0; i < dots.length; i++) {
            long popular = demand == null ? 0 : (long) weights.popularity * demand[pool.forms[i]];
            parts[Candidate.DENSE][i] += share * dots[i];
            parts[Candidate.PHRASE][i] += share * (raised[i] - dots[i]);
            parts[Candidate.HEARD][i] += share * ((long) weights.heard * bits[i]);
            parts[Candidate.POPULARITY][i] += share * (popular + (long) weights.heard * meant[i]);
            parts[Candidate.PIECES][i] += share * ((long) weights.soundPieces * shared[i]);
        }
    }

    /**
     * Raises the dot products of phrases of the text, and finds which candidates nothing tells apart: forms of one text, and forms
     * said in part of the same word score, where that is what counts.
     */
    private TiedForms tied(EncodedText text, List<Reading> readings, int[] pool, int[] bits, int[] raised) {
        List<Reading> said = isSure(readings) ? readings.subList(1, readings.size()) : readings;
        int[] scores = new int[pool.length];
        boolean[] phrase = new boolean[pool.length];
        boolean[] part = new boolean[pool.length];
        for (int i = 0; i < pool.length; i++) {
            scores[i] = WordIndex.NO_SCORE;
            for (Reading reading : said) {
                scores[i] = Math.max(scores[i], reading.said.scores[pool[i]]);
                phrase[i] |= reading.said.phrase[pool[i]];
                part[i] |= reading.said.part[pool[i]];
            }
            part[i] &= !phrase[i];
            raised[i] = phrase[i] ? Math.max(raised[i], text.same()) : raised[i];
        }
        TiedForms.countWords(scores, part, bits);
        Object[] keys = new Object[pool.length];
        for (int i = 0; i < pool.length; i++) {
            boolean inPart = !phrase[i] && scores[i] > WordIndex.NO_SCORE && scores[i] == bits[i];
            keys[i] = inPart ? (Object) scores[i] : forms.get(pool[i]);
        }
        return new TiedForms(keys);
    }

    /**
     * The highest scores of all readings. Number words have more letters than figures, so where they are sure, the text as it
     * stands counts only for the form that is its very name.
     */
    private int[] heard(List<Reading> readings, int[] pool) {
        Carriers request = readings.get(0).request;
        boolean sure = isSure(readings);
        int[] scores = readings.get(0).heard(pool);
        for (int other = 1; other < readings.size(); other++) {
            int[] heard = readings.get(other).heard(pool);
            for (int i = 0; i < pool.length; i++) {
                boolean first = other > 1 || !sure || forms.get(pool[i]).equals(request.name());
                scores[i] = first ? Math.max(scores[i], heard[i]) : heard[i];
            }
        }
        return scores;
    }

    private static boolean isSure(List<Reading> readings) {
        return readings.size() > 1
                && Numbers.isSure(readings.get(0).request.request, readings.get(1).request.request);
    }
}
