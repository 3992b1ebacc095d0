package edgeer;

import java.util.ArrayList;
import java.util.List;

/**
 * Canonical text to a few sound codes, so that what sounds alike is written alike: {@code new SoundCodes("de")} makes {@code
 * "tuslantfunkultur"} of {@code "deutschlandfunk kultur"}.
 *
 * <p>The rules stand in {@code phonetic.txt}, read as {@code edge_er/text/sound_codes.py} does: at each place the first rule
 * that fits, those of the language before those of all, longer pieces before shorter ones, one that looks at the next letter
 * before one that does not. A letter that repeats is then written once.
 */
final class SoundCodes {
    private static final class Rule {
        final String piece;
        final String next; // one of these letters must follow; "" is any
        final String code;

        Rule(String line) {
            int space = line.indexOf(' ');
            int bracket = line.indexOf('(');
            piece = line.substring(0, bracket < 0 ? space : bracket);
            next = bracket < 0 ? "" : line.substring(bracket + 1, space - 1);
            String value = line.substring(space + 1).trim();
            code = value.equals("-") ? "" : value;
        }

        boolean fits(String text, int at) {
            if (!text.startsWith(piece, at)) {
                return false;
            }
            int after = at + piece.length();
            return next.isEmpty() || after < text.length() && next.indexOf(text.charAt(after)) >= 0;
        }

        boolean before(Rule other) {
            if (piece.length() != other.piece.length()) {
                return piece.length() > other.piece.length();
            }
            if (next.isEmpty() != other.next.isEmpty()) {
                return !next.isEmpty();
            }
            return piece.compareTo(other.piece) < 0;
        }
    }

    private final List<List<Rule>> byLetter = new ArrayList<List<Rule>>();

    /** The sound codes of a language; one without rules of its own has those of all. */
    SoundCodes(String lang) {
        for (int letter = 'a'; letter <= 'z'; letter++) {
            byLetter.add(new ArrayList<Rule>());
        }
        addSection(lang);
        if (!lang.equals("all")) {
            addSection("all");
        }
    }

    private void addSection(String wanted) {
        boolean inside = false;
        List<Rule> section = new ArrayList<Rule>();
        for (String line : Tables.lines("phonetic.txt")) {
            if (line.startsWith("[")) {
                inside = line.trim().equals("[" + wanted + "]");
            } else if (inside && !line.trim().isEmpty() && !line.startsWith("#")) {
                Rule rule = new Rule(line);
                int place = section.size();
                while (place > 0 && rule.before(section.get(place - 1))) {
                    place--;
                }
                section.add(place, rule);
            }
        }
        for (Rule rule : section) {
            byLetter.get(rule.piece.charAt(0) - 'a').add(rule);
        }
    }

    /** Sound codes of canonical {@code text}, without spaces. */
    String of(String text) {
        String letters = text.replace(" ", "");
        StringBuilder built = new StringBuilder(letters.length());
        int at = 0;
        while (at < letters.length()) {
            char first = letters.charAt(at);
            Rule rule = first >= 'a' && first <= 'z' ? ruleAt(letters, at, first) : null;
            if (rule == null) {
                add(built, first);
                at++;
            } else {
                for (int i = 0; i < rule.code.length(); i++) {
                    add(built, rule.code.charAt(i));
                }
                at += rule.piece.length();
            }
        }
        return built.toString();
    }

    private Rule ruleAt(String letters, int at, char first) {
        for (Rule rule : byLetter.get(first - 'a')) {
            if (rule.fits(letters, at)) {
                return rule;
            }
        }
        return null;
    }

    private static void add(StringBuilder built, char next) {
        boolean repeats = built.length() > 0 && built.charAt(built.length() - 1) == next;
        if (!(repeats && next >= 'a' && next <= 'z')) {
            built.append(next);
        }
    }
}
