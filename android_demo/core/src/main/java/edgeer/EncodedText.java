package edgeer;

/** One text of an utterance: canonical, its vector as int8, how much it counts, and whether the encoder knows any of it. */
final class EncodedText {
    final String text;
    final byte[] vector;
    final double weight;
    final boolean readable;

    EncodedText(String text, byte[] vector, double weight) {
        this(text, vector, weight, true);
    }

    EncodedText(String text, byte[] vector, double weight, boolean readable) {
        this.readable = readable;
        this.text = text;
        this.vector = vector;
        this.weight = weight;
    }

    /** The dot product of the vector with itself. */
    int same() {
        int sum = 0;
        for (byte each : vector) {
            sum += each * each;
        }
        return sum;
    }
}
