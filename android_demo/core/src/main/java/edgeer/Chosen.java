package edgeer;

/** Candidate forms, which are chosen step by step among those that a filter allows. */
final class Chosen {
    private final int[] owners;
    private final boolean[] allowed; // entities; null for all
    private final boolean[] chosen; // forms
    private int size;

    /**
     * @param owners the entity of each form; those of an entity lie together
     * @param allowed whether each entity may be chosen; null for all
     * @param chosen a mark for each form, none set
     */
    Chosen(int[] owners, @Nullable boolean[] allowed, boolean[] chosen) {
        this.owners = owners;
        this.allowed = allowed;
        this.chosen = chosen;
    }

    /** Chooses the {@code count} forms of the highest scores, ties in their order; scores are changed. */
    void add(double[] scores, int count) {
        addAbove(Double.NEGATIVE_INFINITY, scores, count);
    }

    /** The same for scores above {@code least}. */
    void addAbove(double least, double[] scores, int count) {
        for (int form = 0; allowed != null && form < scores.length; form++) {
            scores[form] = mayBe(form) ? scores[form] : Double.NEGATIVE_INFINITY;
        }
        for (int form : Vectors.best(scores, count)) {
            if (scores[form] > least && !chosen[form]) {
                chosen[form] = true;
                size++;
            }
        }
    }

    /** How many forms may be chosen. */
    int allowedForms() {
        int count = 0;
        for (int form = 0; form < owners.length; form++) {
            count += mayBe(form) ? 1 : 0;
        }
        return count;
    }

    /** Whether the chosen forms are of {@code wanted} entities, or of all that may be chosen. */
    boolean has(int wanted) {
        int found = entities(chosen, wanted);
        return found >= wanted || found >= entities(null, wanted);
    }

    /** The chosen forms, ascending. */
    int[] forms() {
        int[] forms = new int[size];
        int at = 0;
        for (int form = 0; at < size; form++) {
            if (chosen[form]) {
                forms[at++] = form;
            }
        }
        return forms;
    }

    private boolean mayBe(int form) {
        return allowed == null || allowed[owners[form]];
    }

    /** How many entities have one of some forms, {@code most} at most. */
    private int entities(@Nullable boolean[] among, int most) {
        int last = -1;
        int count = 0;
        for (int form = 0; form < owners.length && count < most; form++) {
            if ((among == null || among[form]) && owners[form] != last && mayBe(form)) {
                last = owners[form];
                count++;
            }
        }
        return count;
    }
}
