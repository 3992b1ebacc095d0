package edgeer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The first candidates that nothing in a request tells apart, as {@code edge_er/decision/equals.py} defines them. */
final class Equals {
    static final double SHARING_WORDS = 0.25; // so far below the first are candidates that share all said words
    static final int SHARING_LEFT = 12; // if other words of the name have so many letters at most
    static final double SHARING_MEANT = 0.05; // and who is meant tells them apart by so much at most
    static final double SOUNDING_ALIKE = 0.6; // and those that sound like it
    static final int SOUNDING_LETTERS = 8; // sound codes of so many letters may differ in one

    /** No candidate has equals. */
    static final Equals NONE = new Equals(1, false);

    /** How many there are. */
    final int count;
    /** Whether they share all words that are said. */
    final boolean shared;

    private Equals(int count, boolean shared) {
        this.count = count;
        this.shared = shared;
    }

    /**
     * The equals among candidates.
     *
     * @param forms of the candidates, best first, in canonical text
     * @param scores of the candidates, in units of the cosine
     * @param most how many of the first are as likely meant as the first
     */
    static Equals among(Features.Utterance utterance, List<String> forms, double[] scores, int most, SoundCodes codes) {
        String first = forms.get(0);
        for (Features.Said said : utterance.texts) {
            if (Features.isSaidWhole(first, said.readings)) {
                return NONE;
            }
        }
        List<List<Set<String>>> named = named(utterance, forms);
        int near = near(scores, most, SHARING_WORDS);
        int count = 1;
        while (!named.isEmpty() && count < near && shares(named, Features.words(forms.get(count)))) {
            count++;
        }
        if (count > 1) {
            return new Equals(count, true);
        }
        near = near(scores, most, SOUNDING_ALIKE);
        String code = codes.of(first);
        List<List<String>> spoken = near > 1 ? spoken(utterance, codes) : new ArrayList<List<String>>();
        while (near > 1 && isSaid(code, spoken) && count < near) {
            String own = codes.of(forms.get(count));
            if (!soundAlike(code, own) || !isSaid(own, spoken)) {
                break;
            }
            count++;
        }
        return new Equals(count, false);
    }

    /** For each text the sound codes of the names in its readings, with words of carriers in them and without. */
    private static List<List<String>> spoken(Features.Utterance utterance, SoundCodes codes) {
        List<List<String>> spoken = new ArrayList<List<String>>();
        for (Features.Said said : utterance.texts) {
            List<String> ofText = new ArrayList<String>();
            for (Features.Reading reading : said.readings) {
                StringBuilder content = new StringBuilder();
                for (String word : reading.words) {
                    content.append(reading.content.contains(word) ? word : "");
                }
                ofText.add(codes.of(content.toString()));
                ofText.add(codes.of(reading.spoken));
            }
            spoken.add(ofText);
        }
        return spoken;
    }

    /** Whether each text has a name that sounds like a form. */
    private static boolean isSaid(String form, List<List<String>> spoken) {
        for (List<String> ofText : spoken) {
            boolean some = false;
            for (String each : ofText) {
                some |= soundAlike(form, each);
            }
            if (!some) {
                return false;
            }
        }
        return true;
    }

    /**
     * For each text the sets of words that name something in a reading, if the first form has all of them; empty where a text
     * has no such set.
     */
    private static List<List<Set<String>>> named(Features.Utterance utterance, List<String> forms) {
        Set<String> known = new HashSet<String>();
        for (String form : forms) {
            known.addAll(Features.words(form));
        }
        Set<String> words = Features.words(forms.get(0));
        List<List<Set<String>>> named = new ArrayList<List<Set<String>>>();
        for (Features.Said said : utterance.texts) {
            List<Set<String>> ofText = new ArrayList<Set<String>>();
            for (Features.Reading reading : said.readings) {
                Set<String> those = new HashSet<String>(reading.content);
                if (those.isEmpty()) { // words of carriers alone
                    those.addAll(reading.name);
                    those.retainAll(known);
                }
                int left = 0;
                for (String word : reading.words) {
                    left += words.contains(word) ? 0 : word.codePointCount(0, word.length());
                }
                if (left <= SHARING_LEFT && !those.isEmpty() && words.containsAll(those)) {
                    ofText.add(those);
                }
            }
            if (ofText.isEmpty()) {
                return new ArrayList<List<Set<String>>>();
            }
            named.add(ofText);
        }
        return named;
    }

    private static boolean shares(List<List<Set<String>>> named, Set<String> words) {
        for (List<Set<String>> ofText : named) {
            boolean some = false;
            for (Set<String> those : ofText) {
                some |= words.containsAll(those);
            }
            if (!some) {
                return false;
            }
        }
        return true;
    }

    /** Whether two sound codes are those of names that sound the same. */
    static boolean soundAlike(String one, String other) {
        if (one.equals(other)) {
            return true;
        }
        int[] left = CodePoints.of(one);
        int[] right = CodePoints.of(other);
        int most = Math.min(left.length, right.length);
        int start = 0;
        while (start < most && left[start] == right[start]) {
            start++;
        }
        int end = 0;
        while (end < most - start && left[left.length - 1 - end] == right[right.length - 1 - end]) {
            end++;
        }
        return most >= SOUNDING_LETTERS && isLetter(left, start, left.length - end) && isLetter(right, start, right.length - end);
    }

    /** Whether there is at most one letter, and no figure. */
    private static boolean isLetter(int[] code, int start, int end) {
        return start == end || end - start == 1 && (code[start] < '0' || code[start] > '9');
    }

    /** How many of the first scores are not further behind the first. */
    private static int near(double[] scores, int most, double within) {
        int count = 1;
        while (count < most && scores[0] - scores[count] <= within) {
            count++;
        }
        return count;
    }
}
