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
    private static final List<String> OF_TEXTS = Arrays.asList("whole", "explained", "missing", "number");
    private static final List<String> OF_VECTORS = Arrays.asList("cosine", "size");

    private final Set<String> wanted = new HashSet<String>(Arrays.asList("cosine", "heard"));
    private final double unit;
    private final RerankWeights rerank;
    private final Misrecognition misrecognition;
    private final Numbers numbers;
    private final boolean ofTexts;

    /** A text as it stands or with its numbers spelled otherwise, and the words of its name but those of carriers. */
    private static final class Reading {
        final String text;
        final Set<String> content;

        Reading(String text, KnownWords names) {
            this.text = text;
            content = words(new Carriers(text, names).name());
            for (String word : content.toArray(new String[0])) {
                if (Carriers.hasWord(word)) {
                    content.remove(word);
                }
            }
        }
    }

    /**
     * @param weights names of the features that are weighed
     * @param unit of the dot product
     * @param rerank weights of the evidence; without one of the misrecognition score there are features of vectors alone
     * @param lang the language that is spoken
     * @param misrecognition null where its score has no weight
     */
    Features(Set<String> weights, double unit, RerankWeights rerank, String lang, Misrecognition misrecognition) {
        wanted.addAll(weights);
        if (rerank.heard == 0) {
            wanted.retainAll(OF_VECTORS);
        }
        this.unit = unit;
        this.rerank = rerank;
        this.misrecognition = misrecognition;
        Set<String> some = new HashSet<String>(wanted);
        ofTexts = some.removeAll(OF_TEXTS);
        numbers = ofTexts ? new Numbers(lang) : null;
    }

    /** The features of the best of ranked candidates. */
    Map<String, Double> of(Catalog catalog, List<EncodedText> texts, List<Candidate> ranked) {
        Map<String, Double> all = new LinkedHashMap<String, Double>();
        if (ranked.isEmpty()) {
            return all;
        }
        Candidate best = ranked.get(0);
        all.put("cosine", Math.min(best.parts[Candidate.DENSE] / unit, 1));
        double score = rerank.heard > 0 ? best.parts[Candidate.HEARD] / rerank.heard : 0;
        all.put("heard", Math.log1p(Math.max(score / Misrecognition.BIT, 0)));
        if (ofTexts) {
            addOfTexts(all, catalog.canonicalForm(best.form), score, texts, words(catalog, ranked));
        }
        all.put("size", -Math.log(Math.max(catalog.size(), 1)));
        all.keySet().retainAll(wanted);
        return all;
    }

    private void addOfTexts(
            Map<String, Double> all, String form, double score, List<EncodedText> texts, final Set<String> words) {
        double total = 0;
        for (EncodedText each : texts) {
            total += each.weight;
        }
        KnownWords names = new KnownWords() {
            @Override
            public boolean has(String word) {
                return words.contains(word);
            }
        };
        double name = 0;
        double whole = 0;
        double number = 0;
        for (EncodedText each : texts) {
            double share = each.weight / total;
            List<Reading> readings = readings(each.text, names);
            name += share * exactScore(new Carriers(each.text, names).name());
            whole += share * (isSaidWhole(form, readings) ? 1 : 0);
            number -= share * (saysAnotherNumber(form, readings) ? 1 : 0);
        }
        double explained = Math.min(Math.max(score, 0) / Math.max(name, 1), 1);
        double lost = Math.max(exactScore(form) - score, 0);
        all.put("whole", whole);
        all.put("explained", Math.max(explained, whole));
        all.put("missing", -Math.log1p(lost / Misrecognition.BIT));
        all.put("number", number);
    }

    /** A text as it stands, and with its numbers spelled otherwise where the bundle reads them so. */
    private List<Reading> readings(String text, KnownWords names) {
        List<Reading> found = new ArrayList<Reading>();
        found.add(new Reading(text, names));
        List<String> others = rerank.numbers > 0 ? numbers.otherReadings(text, names) : new ArrayList<String>();
        for (String other : others.subList(0, Math.min(others.size(), rerank.numbers))) {
            found.add(new Reading(other, names));
        }
        return found;
    }

    /** Whether a text says a form whole: in a row, or nothing else but words of carriers. */
    private static boolean isSaidWhole(String form, List<Reading> readings) {
        Set<String> words = words(form);
        for (Reading reading : readings) {
            boolean alone = !words.isEmpty() && words.containsAll(reading.content);
            if (isSaidWhole(form, reading.text) || alone && words(reading.text).containsAll(words)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a text says a number that a form lacks, beside a word of the form. */
    private boolean saysAnotherNumber(String form, List<Reading> readings) {
        Set<String> words = words(form);
        for (Reading reading : readings) {
            if (words.containsAll(reading.content)) {
                return false;
            }
        }
        String[] spoken = numbers.inFigures(readings.get(0).text).split(" ");
        for (int i = 0; i < spoken.length; i++) {
            boolean beside = i > 0 && words.contains(spoken[i - 1]);
            beside |= i + 1 < spoken.length && words.contains(spoken[i + 1]);
            if (beside && Numbers.isFigures(spoken[i]) && !words.contains(spoken[i])) {
                return true;
            }
        }
        return false;
    }

    /** The words of the forms of the candidates that are compared. */
    private static Set<String> words(Catalog catalog, List<Candidate> ranked) {
        Set<String> words = new HashSet<String>();
        for (Candidate each : ranked.subList(0, Math.min(Calibration.COMPARED, ranked.size()))) {
            words.addAll(words(catalog.canonicalForm(each.form)));
        }
        return words;
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<String>(Arrays.asList(text.split(" ")));
        words.remove("");
        return words;
    }

    /** The misrecognition score of a form of which every letter is recognised; 0 without letters. */
    private int exactScore(String form) {
        String letters = form.replace(" ", "");
        return letters.isEmpty() ? 0 : misrecognition.gain(letters) + 2 * Misrecognition.BORDER;
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
