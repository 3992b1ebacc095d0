package edgeer;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A request as word scores read it: what each of its words costs where a form does not have it, and what a form must hold. */
final class WordRequest {
    static final int LEFT = 28; // a letter of a word of the request that the form does not have
    static final int CARRIER_LEFT = 4; // the same in a word of carriers

    /** The words of the name that a form must hold. */
    final Set<String> content = new HashSet<String>();

    /** Whether the name has none but words of carriers; then a form must hold those of them that forms have. */
    final boolean weakAlone;

    /** What the words cost that no form has. */
    final int unknown;

    /**
     * The words that forms have, and those within words of a script without spaces; what each explains of what the request's letters
     * cost.
     */
    final Map<String, Integer> explained = new LinkedHashMap<String, Integer>();

    private final String request;
    private final String bordered; // a space on each side
    private final Map<String, Integer> left = new LinkedHashMap<String, Integer>(); // what each word costs that a form does not have
    private int total;

    /** @param names words of forms */
    WordRequest(Carriers said, Set<String> names) {
        request = said.request;
        bordered = " " + request + " ";
        Set<String> ofName = new HashSet<String>(Arrays.asList(said.words).subList(said.first, said.last));
        int unexplained = 0;
        for (String word : new LinkedHashSet<String>(Arrays.asList(said.words))) {
            int letter = !ofName.contains(word) ? 0 : Carriers.hasWord(word) ? CARRIER_LEFT : LEFT;
            int cost = letter * word.codePointCount(0, word.length());
            left.put(word, cost);
            total += cost;
            if (letter == LEFT) {
                content.add(word);
            }
            if (names.contains(word)) {
                explained.put(word, cost);
            } else {
                unexplained += cost;
            }
        }
        unknown = unexplained;
        weakAlone = content.isEmpty();
        if (weakAlone) {
            content.addAll(ofName);
            content.retainAll(explained.keySet());
        }
        for (Map.Entry<String, Integer> around : left.entrySet()) {
            int letter = around.getValue() / around.getKey().codePointCount(0, around.getKey().length());
            for (String part : Unspaced.parts(around.getKey())) {
                if (!left.containsKey(part) && names.contains(part)) {
                    Integer before = explained.get(part);
                    explained.put(part, Math.max(before == null ? 0 : before, letter * part.length()));
                }
            }
        }
    }

    /** Whether a word is one of the name, and no part of one. */
    boolean isOfName(String word) {
        Integer cost = left.get(word);
        return cost != null && cost > 0;
    }

    /** What the words cost that are not said in a form. */
    int rest(Collection<String> said) {
        int rest = total;
        for (String word : said) {
            rest -= explained.get(word);
        }
        return Math.max(rest, 0);
    }

    /** Whether the words of a form stand together here. */
    boolean contains(String form) {
        return bordered.contains(" " + form + " ") || Unspaced.is(form) && request.contains(form);
    }

    /** The first words of a form, as many as stand together here. */
    List<String> beginning(List<String> words) {
        StringBuilder first = new StringBuilder(" ");
        int size = 0;
        while (size < words.size() && bordered.contains(first.append(words.get(size)).append(' '))) {
            size++;
        }
        return words.subList(0, size);
    }
}
