package edgeer;

import java.util.Arrays;

/** Candidate forms with their entities, and the summands of their scores by part ({@link Candidate#PARTS}). */
final class Pool {
    final int[] forms;
    final int[] entities;
    final double[][] parts;

    Pool(int[] forms, int[] entities) {
        this.forms = forms;
        this.entities = entities;
        this.parts = new double[Candidate.PARTS.length][forms.length];
    }

    /** This and another pool, whose forms are numbered from {@code first} up. */
    Pool and(Pool other, int first) {
        int own = forms.length;
        int[] allForms = Arrays.copyOf(forms, own + other.forms.length);
        int[] allEntities = Arrays.copyOf(entities, allForms.length);
        System.arraycopy(other.entities, 0, allEntities, own, other.entities.length);
        for (int i = own; i < allForms.length; i++) {
            allForms[i] = other.forms[i - own] + first;
        }
        Pool joined = new Pool(allForms, allEntities);
        for (int part = 0; part < parts.length; part++) {
            System.arraycopy(parts[part], 0, joined.parts[part], 0, own);
            System.arraycopy(other.parts[part], 0, joined.parts[part], own, other.forms.length);
        }
        return joined;
    }

    /** The sum of all parts of each form. */
    double[] scores() {
        double[] sums = new double[forms.length];
        for (double[] part : parts) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += part[i];
            }
        }
        return sums;
    }
}
