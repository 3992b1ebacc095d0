package edgeer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Candidates in groups, within which nothing that is said tells them apart, and who of them is meant. */
final class TiedForms {
    static final int ALIAS = 32; // what an alias costs beside a main name
    static final int DEMAND = 2; // what a quarter of a doubling of demand less costs,
    static final int DEMAND_MOST = 64; // and what it costs at most

    private final int[] groups;

    /** @param keys of the group of each candidate */
    TiedForms(Object[] keys) {
        Map<Object, Integer> numbers = new HashMap<Object, Integer>();
        groups = new int[keys.length];
        for (int i = 0; i < keys.length; i++) {
            Integer number = numbers.get(keys[i]);
            groups[i] = number == null ? numbers.size() : number;
            numbers.put(keys[i], groups[i]);
        }
    }

    /**
     * Where nothing but some words of several candidates is said, their word score counts: what else was heard is the carrier.
     *
     * @param words word scores
     * @param part whether nothing but a part of each is said
     * @param bits what counts, changed in place
     */
    static void countWords(int[] words, boolean[] part, int[] bits) {
        Map<Integer, Integer> times = new HashMap<Integer, Integer>();
        for (int i = 0; i < words.length; i++) {
            Integer before = times.get(words[i]);
            times.put(words[i], (before == null ? 0 : before) + (part[i] ? 1 : 0));
        }
        for (int i = 0; i < words.length; i++) {
            bits[i] = part[i] && times.get(words[i]) > 1 ? words[i] : bits[i];
        }
    }

    /** Gives each candidate the highest value in its group. */
    void share(int[] values) {
        int[] highest = new int[groups.length];
        Arrays.fill(highest, Integer.MIN_VALUE);
        for (int i = 0; i < groups.length; i++) {
            highest[groups[i]] = Math.max(highest[groups[i]], values[i]);
        }
        for (int i = 0; i < groups.length; i++) {
            values[i] = highest[groups[i]];
        }
    }

    /**
     * What each candidate loses as an alias beside a main name, and as the form of a less popular entity.
     *
     * @param forms the candidates
     * @param owners of all forms; the main name of an entity stands before its aliases
     * @param demand of all forms
     */
    int[] meant(int[] forms, int[] owners, int[] demand) {
        int[] main = new int[forms.length];
        int[] popular = new int[forms.length];
        for (int i = 0; i < forms.length; i++) {
            main[i] = isMain(forms[i], owners);
            popular[i] = demand[forms[i]];
        }
        share(main);
        share(popular);
        int[] meant = new int[forms.length];
        for (int i = 0; i < forms.length; i++) {
            int less = popular[i] - demand[forms[i]];
            meant[i] = -Math.min(DEMAND * less, DEMAND_MOST) - ALIAS * (main[i] - isMain(forms[i], owners));
        }
        return meant;
    }

    private static int isMain(int form, int[] owners) {
        return form == 0 || owners[form] != owners[form - 1] ? 1 : 0;
    }
}
