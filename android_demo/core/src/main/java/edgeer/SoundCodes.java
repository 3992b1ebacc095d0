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

        boolean fits(char[] text, int at, int end) {
            int after = at + piece.length();
            for (int i = at; i < after; i++) {
                if (i >= end || text[i] != piece.charAt(i - at)) {
                    return false;
                }
            }
            return next.isEmpty() || after < end && next.indexOf(text[after]) >= 0;
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

    private int longest = 1; // letters of a code

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
        List<Rule> section = new ArrayList<Rule>();
        for (String line : Tables.lines("phonetic.txt", wanted)) {
            Rule rule = new Rule(line);
            longest = Math.max(longest, rule.code.length());
            int place = section.size();
            while (place > 0 && rule.before(section.get(place - 1))) {
                place--;
            }
            section.add(place, rule);
        }
        for (Rule rule : section) {
            byLetter.get(rule.piece.charAt(0) - 'a').add(rule);
        }
    }

    /** Sound codes of canonical {@code text}, without spaces. */
    String of(String text) {
        char[] codes = new char[room(text)];
        return new String(codes, 0, put(text, codes));
    }

    /** How many characters {@code codes} needs for a text, at most. */
    int room(String text) {
        return (longest + 1) * text.length();
    }

    /** Puts the sound codes of a text into {@code codes}, which has {@link #room} for it; how many characters they are. */
    int put(String text, char[] codes) {
        int start = codes.length - text.length(); // the letters without spaces, read before they are overwritten
        int end = start;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != ' ') {
                codes[end++] = text.charAt(i);
            }
        }
        int size = 0;
        int at = start;
        while (at < end) {
            char first = codes[at];
            Rule rule = first >= 'a' && first <= 'z' ? ruleAt(codes, at, end) : null;
            if (rule == null) {
                size = put(codes, size, first);
                at++;
            } else {
                for (int i = 0; i < rule.code.length(); i++) {
                    size = put(codes, size, rule.code.charAt(i));
                }
                at += rule.piece.length();
            }
        }
        return size;
    }

    private Rule ruleAt(char[] letters, int at, int end) {
        List<Rule> rules = byLetter.get(letters[at] - 'a');
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).fits(letters, at, end)) {
                return rules.get(i);
            }
        }
        return null;
    }

    private static int put(char[] codes, int size, char next) {
        boolean repeats = size > 0 && codes[size - 1] == next && next >= 'a' && next <= 'z';
        codes[size] = next;
        return repeats ? size : size + 1;
    }
}
