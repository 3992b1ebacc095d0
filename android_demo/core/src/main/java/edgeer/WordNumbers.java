package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Numbers of words, which are cut out of a text only where they are new, or were not seen for long. */
final class WordNumbers {
    private static final int SLOTS = 1 << 13;

    final List<String> known = new ArrayList<String>(); // by number
    int count; // of the words of the last text
    private final Map<String, Integer> numbers;
    private int[] row = new int[64];
    private final int[] slots = new int[SLOTS]; // one more than a number, for each remainder of a hash

    /** Those in {@code numbers}, and new ones, which are added to it. */
    WordNumbers(Map<String, Integer> numbers) {
        this.numbers = numbers;
    }

    /** The words of a text in their order, the first {@code count} of these; they are overwritten by those of the next. */
    int[] of(String text) {
        count = 0;
        int hash = 0;
        int start = 0;
        for (int at = 0; at <= text.length(); at++) {
            char next = at == text.length() ? ' ' : text.charAt(at);
            if (next != ' ') {
                hash = 31 * hash + next;
                continue;
            }
            if (at > start) {
                row = count < row.length ? row : Arrays.copyOf(row, 2 * count);
                row[count++] = number(text, start, at, (hash ^ hash >>> 15) & SLOTS - 1);
            }
            hash = 0;
            start = at + 1;
        }
        return row;
    }

    private int number(String text, int start, int end, int slot) {
        int likely = slots[slot] - 1;
        if (likely >= 0 && known.get(likely).length() == end - start && text.startsWith(known.get(likely), start)) {
            return likely;
        }
        String word = text.substring(start, end);
        Integer number = numbers.get(word);
        if (number == null) {
            number = known.size();
            numbers.put(word, number);
            known.add(word);
        }
        slots[slot] = number + 1;
        return number;
    }

    /** The parts of a frequency in a form; it is only looked at where there is a figure. */
    Set<String> frequencies(String form) {
        for (int at = 0; at < form.length(); at++) {
            if (form.charAt(at) <= '9' && form.charAt(at) != ' ') {
                int[] numbers = of(form);
                String[] words = new String[count];
                for (int i = 0; i < count; i++) {
                    words[i] = known.get(numbers[i]);
                }
                return WordValues.frequencies(words);
            }
        }
        return Collections.emptySet();
    }
}
