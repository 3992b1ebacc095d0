package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Features of a candidate: what a request says about it, in numbers that mean the same in every domain and catalog, as {@code
 * edge_er/decision/features.py} defines them.
 */
final class Features {
    private static final List<String> OF_TEXTS = Arrays.asList("whole", "explained", "missing", "number", "shared", "alike");
    private static final List<String> OF_VECTORS = Arrays.asList("cosine", "size");
    private static final List<String> ALL =
            Arrays.asList("cosine", "size", "heard", "whole", "explained", "missing", "number", "shared", "alike");

    private final Set<String> wanted = new HashSet<String>(Arrays.asList("cosine", "heard"));
    private final double unit;
    private final RerankWeights rerank;
    private final Misrecognition misrecognition;
    private final Numbers numbers;
    private final SoundCodes codes; // null where nobody asks for equals
    private final boolean ofTexts;

    /** A text as it stands or with its numbers spelled otherwise, the words of its name, and those that no carrier has. */
    static final class Reading {
        final String text;
        final String spoken; // the name
        final String[] words; // of it, in their order
        final Set<String> name;
        final Set<String> content;

        Reading(String text, Carriers carriers) {
            this.text = text;
            spoken = carriers.name();
            words = spoken.split(" ");
            name = words(spoken);
            content = new HashSet<String>();
            for (String word : name) {
                if (!Carriers.hasWord(word)) {
                    content.add(word);
                }
            }
        }
    }

    /** One text of an utterance: its readings, the first as it stands, the words of its name in figures, and its share. */
    static final class Said {
        final List<Reading> readings = new ArrayList<Reading>();
        String[] figures;
        final double share;

        Said(double share) {
            this.share = share;
        }
    }

    /** The texts of one utterance, and the mean score that their names could earn. */
    static final class Utterance {
        final List<Said> texts = new ArrayList<Said>();
        double nameScore;
    }

    /**
     * @param weights names of the features that are weighed
     * @param unit of the dot product
     * @param rerank weights of the evidence; without one of the misrecognition score there are features of vectors alone
     * @param lang the language that is spoken
     * @param misrecognition null where its score has no weight
     * @throws IllegalArgumentException where a feature is weighed that the evidence does not give
     */
    Features(Set<String> weights, double unit, RerankWeights rerank, String lang, Misrecognition misrecognition) {
        Set<String> known = new HashSet<String>(rerank.heard == 0 ? OF_VECTORS : ALL);
        if (!known.containsAll(weights)) {
            throw new IllegalArgumentException(
                    "manifest.json, calibration.weights: expected weights of " + known + ", found " + weights);
        }
        wanted.addAll(weights);
        wanted.retainAll(known);
        this.unit = unit;
        this.rerank = rerank;
        this.misrecognition = misrecognition;
        Set<String> some = new HashSet<String>(wanted);
        ofTexts = some.removeAll(OF_TEXTS);
        numbers = ofTexts ? new Numbers(lang) : null;
        codes = wanted.contains("shared") || wanted.contains("alike") ? new SoundCodes(lang) : null;
    }

    /** What the texts of an utterance say; null where no feature needs it. */
    Utterance utterance(Catalog catalog, List<EncodedText> texts, List<Candidate> ranked) {
        if (!ofTexts) {
            return null;
        }
        final Set<String> words = new HashSet<String>();
        for (String form : forms(catalog, ranked)) {
            words.addAll(words(form));
        }
        KnownWords names = new KnownWords() {
            @Override
            public boolean has(String word) {
                return words.contains(word);
            }
        };
        double total = 0;
        for (EncodedText each : texts) {
            total += each.weight;
        }
        Utterance utterance = new Utterance();
        for (EncodedText each : texts) {
            Said said = new Said(each.weight / total);
            Carriers carriers = new Carriers(each.text, names);
            said.readings.add(new Reading(each.text, carriers));
            said.figures = new Carriers(numbers.inFigures(each.text), names).name().split(" ");
            List<String> others = rerank.numbers > 0 ? numbers.otherReadings(each.text, names) : new ArrayList<String>();
            for (String other : others.subList(0, Math.min(others.size(), rerank.numbers))) {
                said.readings.add(new Reading(other, new Carriers(other, names)));
            }
            utterance.nameScore += said.share * exactScore(carriers.name());
            utterance.texts.add(said);
        }
        return utterance;
    }

    /** The first candidates that nothing tells apart; the first alone where no feature asks. */
    Equals equals(Utterance utterance, Catalog catalog, List<Candidate> ranked, double[] scores) {
        boolean sought = codes != null && utterance != null && !ranked.isEmpty();
        if (!sought) {
            return Equals.NONE;
        }
        List<String> forms = forms(catalog, ranked);
        return Equals.among(utterance, forms, scores, asLikelyMeant(ranked, forms.size()), codes);
    }

    /** How many of the first candidates are about as likely meant as the first, by main name and popularity. */
    private int asLikelyMeant(List<Candidate> ranked, int most) {
        int count = 1;
        while (count < most && meant(ranked.get(0)) - meant(ranked.get(count)) <= Equals.SHARING_MEANT * unit) {
            count++;
        }
        return count;
    }

    private static double meant(Candidate candidate) {
        return candidate.parts[Candidate.POPULARITY] + candidate.parts[Candidate.FAVOUR];
    }

    /** The features of a candidate, which is one of {@code equals}. */
    Map<String, Double> of(Catalog catalog, Candidate best, Utterance utterance, Equals equals) {
        Map<String, Double> all = new LinkedHashMap<String, Double>();
        all.put("cosine", equals.shared ? 0 : Math.min(best.parts[Candidate.DENSE] / unit, 1));
        double score = rerank.heard > 0 ? best.parts[Candidate.HEARD] / rerank.heard : 0;
        all.put("heard", Math.log1p(Math.max(score / Misrecognition.BIT, 0)));
        if (utterance != null) {
            addOfTexts(all, catalog.canonicalForm(best.form), score, utterance, equals);
        }
        all.put("size", -Math.log(Math.max(catalog.size(), 1)));
        all.keySet().retainAll(wanted);
        return all;
    }

    private void addOfTexts(
            Map<String, Double> all, String form, double score, Utterance utterance, Equals equals) {
        double whole = 0;
        double number = 0;
        for (Said said : utterance.texts) {
            whole += said.share * (isSaidWhole(form, said.readings) ? 1 : 0);
            number -= said.share * (saysAnotherNumber(form, said) ? 1 : 0);
        }
        double explained = Math.min(Math.max(score, 0) / Math.max(utterance.nameScore, 1), 1);
        double lost = Math.max(exactScore(form) - score, 0);
        all.put("whole", whole);
        all.put("explained", equals.shared ? 1 : Math.max(explained, whole));
        all.put("missing", equals.shared ? 0 : -Math.log1p(lost / Misrecognition.BIT));
        all.put("number", number);
        all.put("shared", equals.shared ? 1.0 : 0);
        all.put("alike", equals.count > 1 && !equals.shared ? 1.0 : 0);
    }

    /** Whether a text says a form whole: in a row, or nothing else but words of carriers. */
    static boolean isSaidWhole(String form, List<Reading> readings) {
        Set<String> words = words(form);
        for (Reading reading : readings) {
            boolean alone = !words.isEmpty() && words.containsAll(reading.content);
            if (isSaidWhole(form, reading.text) || alone && words(reading.text).containsAll(words)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a text says a form but for its numbers, and one that it lacks: before a word of the form, or after one where the
     * name ends, and beside no other number.
     */
    private boolean saysAnotherNumber(String form, Said said) {
        Set<String> words = words(form);
        for (Reading reading : said.readings) {
            if (words.containsAll(reading.content)) {
                return false;
            }
        }
        String[] spoken = said.figures;
        Set<String> own = words(numbers.inFigures(form));
        for (String word : own) {
            if (!Numbers.isFigures(word) && !Carriers.isFiller(word) && !Arrays.asList(spoken).contains(word)) {
                return false;
            }
        }
        own.addAll(words);
        for (int i = 0; i < spoken.length; i++) {
            boolean ends = i + 1 == spoken.length;
            boolean alone = (i == 0 || !Numbers.isFigures(spoken[i - 1])) && (ends || !Numbers.isFigures(spoken[i + 1]));
            boolean beside = ends ? i > 0 && words.contains(spoken[i - 1]) : words.contains(spoken[i + 1]);
            if (alone && beside && Numbers.isFigures(spoken[i]) && !hasNumber(own, spoken[i])) {
                return true;
            }
        }
        return false;
    }

    /** Whether a number is among words; of a year also its last two figures are, and the other way round. */
    private static boolean hasNumber(Set<String> words, String number) {
        boolean has = words.contains(number);
        for (String word : words) {
            String year = word.length() > number.length() ? word : number;
            String shorter = word.length() > number.length() ? number : word;
            has |= year.length() == 4 && shorter.length() == 2 && Numbers.isFigures(word) && year.endsWith(shorter);
        }
        return has;
    }

    /** The forms of the candidates that are compared. */
    private static List<String> forms(Catalog catalog, List<Candidate> ranked) {
        List<String> forms = new ArrayList<String>();
        for (Candidate each : ranked.subList(0, Math.min(Calibration.COMPARED, ranked.size()))) {
            forms.add(catalog.canonicalForm(each.form));
        }
        return forms;
    }

    static Set<String> words(String text) {
        Set<String> words = new HashSet<String>(Arrays.asList(text.split(" ")));
        words.remove("");
        return words;
    }

    /** The misrecognition score of a form of which every letter is recognised; 0 without letters. */
    private int exactScore(String form) {
        return form.trim().isEmpty() ? 0 : misrecognition.gain(form) + 2 * Alignment.BORDER;
    }

    /** Whether words of a text that follow each other have the letters of a form, spaces left out. */
    static boolean isSaidWhole(String form, String text) {
        String letters = form.replace(" ", "");
        List<String> words = new ArrayList<String>(Arrays.asList(text.split(" ")));
        for (int first = 0; first < words.size() && !letters.isEmpty(); first++) {
            StringBuilder joined = new StringBuilder();
            for (int place = first; place < words.size(); place++) {
                joined.append(words.get(place));
                if (joined.length() >= letters.length() || !letters.startsWith(joined.toString())) {
                    break;
                }
            }
            if (letters.contentEquals(joined)) {
                return true;
            }
        }
        return false;
    }
}
