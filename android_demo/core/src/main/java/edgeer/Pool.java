package edgeer;

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
