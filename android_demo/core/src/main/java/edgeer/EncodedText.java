package edgeer;

/** One text of an utterance: canonical, its vector as int8, and how much it counts. */
final class EncodedText {
    final String text;
    final byte[] vector;
    final double weight;

    EncodedText(String text, byte[] vector, double weight) {
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
