package edgeer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Suggestions while a text is typed: which entities it may become, without the encoder, as {@code edge_er/ranking/suggest.py}
 * defines it. One set of forms, a catalog's or a person's own.
 */
final class FormSuggestions {
    static final int ALIAS = 8; // what a form costs that is no main name
    static final int DEMAND = 1; // a quarter of a doubling of demand
    static final int FAVOUR_MOST = 24; // quarters of a doubling of what a person asked for, at most
    static final int SIMILAR = 8; // the weight of n-grams that form and text share counts so often,
    static final int SIMILAR_SHARE = 3; // where it is one part in so many of the text's at least

    private final List<String> forms;
    private final int[] owners; // forms of an entity lie together, its name first
    private final int[] demand; // of each form's entity
    private final int first; // among the forms of all sets
    private final int firstEntity; // that the catalog does not have; entities stand in their order
    private final Completions index;
    private final Numbers numbers;
    private final SoundCodes soundCodes;
    private final NgramIndex ngrams; // null where nothing is found by sound
    private final NgramIndex weights; // what n-grams weigh; null as well

    /** An entity that a text may become, by its best form. */
    static final class Found {
        final int entity;
        final int form;
        final int score;
        private final int demand;
        private final int length;

        Found(int entity, int form, int score, int demand, int length) {
            this.entity = entity;
            this.form = form;
            this.score = score;
            this.demand = demand;
            this.length = length;
        }

        /** Higher score, then higher demand, shorter form, smaller entity, smaller form. */
        private boolean isBetterThan(Found other) {
            if (score != other.score) {
                return score > other.score;
            }
            if (demand != other.demand) {
                return demand > other.demand;
            }
            if (length != other.length) {
                return length < other.length;
            }
            return entity != other.entity ? entity < other.entity : form < other.form;
        }
    }

    /** The best form of each of the best entities; what is not among them yet is not remembered. */
    private static final class Best {
        final List<Found> list = new ArrayList<Found>();
        private final int most;

        Best(int most) {
            this.most = most;
        }

        void add(Found found) {
            int size = list.size();
            if (size == most && !found.isBetterThan(list.get(size - 1))) {
                return;
            }
            int place = size;
            for (int i = 0; i < size; i++) {
                if (list.get(i).entity == found.entity) {
                    if (!found.isBetterThan(list.get(i))) {
                        return;
                    }
                    list.remove(i);
                    place--;
                    break;
                }
            }
            while (place > 0 && found.isBetterThan(list.get(place - 1))) {
                place--;
            }
            list.add(place, found);
            if (list.size() > most) {
                list.remove(most);
            }
        }
    }

    /**
     * @param forms in canonical text, each with the index of its entity and that entity's demand
     * @param ngrams of the sound codes of the forms; null where nothing is found by sound; not looked at beside a base
     * @param base the catalog that these forms stand beside: its words count as words of names, and n-grams weigh what they
     *     weigh there; null for none
     */
    FormSuggestions(
            List<String> forms, int[] owners, int[] demand, String lang, NgramIndex ngrams, FormSuggestions base) {
        this.forms = forms;
        this.owners = owners;
        this.demand = demand;
        first = base == null ? 0 : base.forms.size();
        firstEntity = base == null ? 0 : base.owners[base.owners.length - 1] + 1;
        index = new Completions(forms, base == null ? null : base.index);
        numbers = new Numbers(lang);
        soundCodes = new SoundCodes(lang);
        weights = base == null ? ngrams : base.ngrams;
        this.ngrams = base == null || weights == null ? weights : ngramsOf(forms, lang, weights);
    }

    /** The n-grams in the sound codes of forms; {@code like}: see {@link NgramIndex}. */
    static NgramIndex ngramsOf(List<String> forms, String lang, NgramIndex like) {
        return new NgramIndex(forms, new SoundCodes(lang), like);
    }

    /**
     * At most {@code k} entities that a text may become, best first.
     *
     * @param sets a catalog's forms, and a person's own
     * @param text canonical
     * @param finished whether a space stands after its last word
     * @param numbers how many other spellings of its numbers are read
     * @param favour what this person asked for, by entity, in quarters of a doubling
     * @param allowed whether each entity may be suggested; null for all
     */
    static List<Found> suggested(
            List<FormSuggestions> sets,
            String text,
            boolean finished,
            int k,
            int numbers,
            Map<Integer, Integer> favour,
            @Nullable boolean[] allowed) {
        for (int step = 0; step < 3; step++) {
            Best best = new Best(k);
            for (FormSuggestions set : sets) {
                List<Completions.Fits> fits;
                if (text.isEmpty()) {
                    fits = Collections.singletonList(set.popular(favour));
                } else if (step == 0) {
                    fits = set.completed(text, finished, numbers);
                } else {
                    fits = step == 1 ? set.corrected(text, finished) : Collections.singletonList(set.similar(text));
                }
                for (Completions.Fits each : fits) {
                    set.add(each, favour, allowed, best);
                }
            }
            if (!best.list.isEmpty() || text.isEmpty()) {
                return best.list;
            }
        }
        return Collections.emptyList();
    }

    /** Quarters of a doubling of how often a person asked for an entity: floor(4 log2(1 + count)), within a limit. */
    static int favour(double count) {
        long times = 1 + (long) Math.min(count, 1 << 1 + FAVOUR_MOST / 4);
        return Math.min(63 - Long.numberOfLeadingZeros(times * times * times * times), FAVOUR_MOST);
    }

    private void add(Completions.Fits fits, Map<Integer, Integer> favour, @Nullable boolean[] allowed, Best best) {
        for (int i = 0; i < fits.forms.size(); i++) {
            int form = fits.forms.get(i);
            if (allowed != null && !allowed[owners[form]]) {
                continue;
            }
            Integer more = favour.get(owners[form]);
            int asked = demand[form] + (more == null ? 0 : more);
            int score = fits.scores.get(i) + DEMAND * asked - (isAlias(form) ? ALIAS : 0);
            String text = forms.get(form);
            best.add(new Found(owners[form], form + first, score, demand[form], text.codePointCount(0, text.length())));
        }
    }

    /** The forms that a text may become, as it stands and in at most {@code most} other spellings of its numbers. */
    private List<Completions.Fits> completed(String text, boolean finished, int most) {
        List<Completions.Fits> fits = new ArrayList<Completions.Fits>();
        fits.add(index.fits(text, finished));
        List<String> others = most > 0 ? numbers.otherReadings(text, index) : Collections.<String>emptyList();
        for (int i = 0; i < Math.min(most, others.size()); i++) {
            fits.add(index.fits(others.get(i), finished));
        }
        return fits;
    }

    /** The forms that it may become without a slip in one of its words. */
    private List<Completions.Fits> corrected(String text, boolean finished) {
        List<Completions.Fits> fits = new ArrayList<Completions.Fits>();
        for (String each : index.withoutSlip(text, finished)) {
            fits.add(index.fits(each, finished));
        }
        return fits;
    }

    /** The forms that share n-grams of sound codes with the name in the text. */
    private Completions.Fits similar(String text) {
        Completions.Fits fits = new Completions.Fits();
        if (ngrams != null) {
            int[] code = CodePoints.of(soundCodes.of(new Carriers(text, index).name()));
            int[] shared = ngrams.shared(code);
            int there = weights.weight(code);
            for (int form = 0; form < shared.length; form++) {
                if (shared[form] > 0 && shared[form] * SIMILAR_SHARE >= there) {
                    fits.forms.add(form);
                    fits.scores.add(SIMILAR * shared[form] - ngrams.total(form));
                }
            }
        }
        return fits;
    }

    /** The names of entities that are asked for; own entries give entities of the catalog no other name here. */
    private Completions.Fits popular(Map<Integer, Integer> favour) {
        Completions.Fits fits = new Completions.Fits();
        for (int form = 0; form < owners.length; form++) {
            boolean named = owners[form] >= firstEntity && !isAlias(form);
            if (named && (demand[form] > 0 || favour.containsKey(owners[form]))) {
                fits.forms.add(form);
                fits.scores.add(0);
            }
        }
        return fits;
    }

    private boolean isAlias(int form) {
        return form > 0 && owners[form] == owners[form - 1];
    }
}
