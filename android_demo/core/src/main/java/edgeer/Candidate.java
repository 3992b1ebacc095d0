package edgeer;

/** An entity that may be meant, with its best form and what its score is made of, in units of the dot product. */
final class Candidate {
    static final String[] PARTS = {"dense", "phrase", "heard", "popularity", "pieces", "favour", "head"};
    static final int DENSE = 0;
    static final int PHRASE = 1;
    static final int HEARD = 2;
    static final int POPULARITY = 3;
    static final int PIECES = 4;
    static final int FAVOUR = 5;
    static final int HEAD = 6;

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
