package edgeer;

/** What the words of a request say about forms. */
final class WordScores {
    /** The score of each form; {@link WordIndex#NO_SCORE} where they say nothing. */
    final int[] scores;
    /** Whether each form is a phrase of the request. */
    final boolean[] phrase;
    /** Whether each form is said in part, and nothing else is but words of carriers that no name has. */
    final boolean[] part;

    WordScores(Scratch scratch) {
        scores = scratch.numbers();
        phrase = scratch.marks();
        part = scratch.marks();
    }
}
