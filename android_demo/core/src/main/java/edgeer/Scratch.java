package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Arrays with a place for each form, which a request fills and the next one uses again. */
final class Scratch {
    /** For sums of products, each 0. */
    final float[] sums;
    /** For scores of one kind after another. */
    final double[] scores;

    private final List<int[]> numbers = new ArrayList<int[]>();
    private final List<boolean[]> marks = new ArrayList<boolean[]>();
    private int numbersGiven;
    private int marksGiven;

    private Scratch(int forms) {
        sums = new float[forms];
        scores = new double[forms];
    }

    /** A number for each form, each 0. */
    int[] numbers() {
        if (numbersGiven == numbers.size()) {
            numbers.add(new int[sums.length]);
        } else {
            Arrays.fill(numbers.get(numbersGiven), 0);
        }
        return numbers.get(numbersGiven++);
    }

    /** A mark for each form, none set. */
    boolean[] marks() {
        if (marksGiven == marks.size()) {
            marks.add(new boolean[sums.length]);
        } else {
            Arrays.fill(marks.get(marksGiven), false);
        }
        return marks.get(marksGiven++);
    }

    /** Scores that are these numbers. */
    double[] scores(int[] values) {
        for (int form = 0; form < values.length; form++) {
            scores[form] = values[form];
        }
        return scores;
    }

    /** One set of arrays that is kept; requests at the same time have their own. */
    static final class Keeper {
        private final AtomicReference<Scratch> idle = new AtomicReference<Scratch>();
        private final int forms;

        Keeper(int forms) {
            this.forms = forms;
        }

        Scratch take() {
            Scratch kept = idle.getAndSet(null);
            return kept == null ? new Scratch(forms) : kept;
        }

        /** Keeps arrays for the next request; nobody may use them any more. */
        void giveBack(Scratch used) {
            used.numbersGiven = 0;
            used.marksGiven = 0;
            idle.set(used);
        }
    }
}
