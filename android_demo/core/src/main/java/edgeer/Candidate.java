package edgeer;

/** An entity that may be meant, with its best form and what its score is made of, in units of the dot product. */
final class Candidate {
    static final String[] PARTS = {"dense", "heard", "popularity", "letters", "sounds", "pieces", "favour", "head"};
    static final int DENSE = 0;
    static final int HEARD = 1;
    static final int POPULARITY = 2;
    static final int LETTERS = 3;
    static final int SOUNDS = 4;
    static final int PIECES = 5;
    static final int FAVOUR = 6;
    static final int HEAD = 7;

    final int entity;
    final int form;
    final double score;
    final double[] parts;

    Candidate(int entity, int form, double score, double[] parts) {
        this.entity = entity;
        this.form = form;
        this.score = score;
        this.parts = parts;
    }
}
