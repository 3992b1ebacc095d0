package edgeer;

/** Candidate forms, which are chosen step by step among those that a filter allows. */
final class Chosen {
    /** How many forms may be chosen. */
    final int allowedForms;
    /** How many entities they are of. */
    final int allowedEntities;

    private final int[] owners;
    private final boolean[] allowed; // entities; null for all
    private final boolean[] chosen; // forms

    /**
     * @param owners the entity of each form; those of an entity lie together
     * @param allowed whether each entity may be chosen; null for all
     */
    Chosen(int[] owners, @Nullable boolean[] allowed) {
        this.owners = owners;
        this.allowed = allowed;
        chosen = new boolean[owners.length];
        int forms = 0;
        for (int form = 0; form < owners.length; form++) {
            forms += mayBe(form) ? 1 : 0;
        }
        allowedForms = forms;
        allowedEntities = entities(null);
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
            chosen[form] |= scores[form] > least;
        }
    }

    /** How many entities the chosen forms are of. */
    int entities() {
        return entities(chosen);
    }

    /** The chosen forms, ascending. */
    int[] forms() {
        int size = 0;
        for (boolean each : chosen) {
            size += each ? 1 : 0;
        }
        int[] forms = new int[size];
        int at = 0;
        for (int form = 0; form < chosen.length; form++) {
            if (chosen[form]) {
                forms[at++] = form;
            }
        }
        return forms;
    }

    private boolean mayBe(int form) {
        return allowed == null || allowed[owners[form]];
    }

    private int entities(@Nullable boolean[] among) {
        int most = -1;
        for (int owner : owners) {
            most = Math.max(most, owner);
        }
        boolean[] seen = new boolean[most + 1];
        int count = 0;
        for (int form = 0; form < owners.length; form++) {
            if (mayBe(form) && (among == null || among[form]) && !seen[owners[form]]) {
                seen[owners[form]] = true;
                count++;
            }
        }
        return count;
    }
}
