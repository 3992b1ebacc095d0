package edgeer;

import java.util.ArrayList;
import java.util.List;

/** Texts to tokens and int8 vectors: tokenizer, encoder and scale of a bundle. */
final class TextEncoding {
    private static final double TOLERANCE = 0.01; // of a square length

    final WordPiece tokenizer;
    final Encoder encoder;
    final double scale;

    TextEncoding(WordPiece tokenizer, Encoder encoder, double scale) {
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        this.scale = scale;
    }

    /**
     * Encodes the last piece of the vocabulary, so that what an encoder cannot do is found before the first request.
     *
     * @throws IllegalArgumentException where it gives no vectors as its card says, or reads shorter texts
     */
    void check(Fields card) {
        float[] vector = encoder.encode(new int[] {WordPiece.START, tokenizer.size() - 1, WordPiece.END});
        double squares = 0;
        for (float each : vector) {
            squares += each * each;
        }
        boolean reads = !(encoder instanceof TransformerEncoder)
                || ((TransformerEncoder) encoder).longest() >= card.whole("max_tokens");
        if (!reads || vector.length != card.whole("dim") || !(Math.abs(squares - 1) < TOLERANCE)) {
            throw new IllegalArgumentException("encoder.onnx: expected vectors of " + card.whole("dim")
                    + " numbers and length 1 for " + card.whole("max_tokens") + " tokens, found others");
        }
    }

    /** The texts that are not blank; {@code weights} null where all count alike. */
    List<EncodedText> of(List<String> texts, @Nullable double[] weights) {
        List<EncodedText> encoded = new ArrayList<EncodedText>();
        for (int i = 0; i < texts.size(); i++) {
            if (!CanonicalText.isBlank(texts.get(i))) {
                String text = CanonicalText.ofRequest(texts.get(i));
                int[] ids = tokenizer.ids(text);
                double weight = weights == null ? 1 : weights[i];
                encoded.add(new EncodedText(text, vector(ids), weight, tokenizer.canRead(ids)));
            }
        }
        return encoded;
    }

    /** Token ids of a request: [CLS] … [SEP]. */
    int[] tokenIds(String text) {
        return tokenizer.ids(CanonicalText.ofRequest(text));
    }

    /** Whether the encoder knows anything of a text. */
    boolean canRead(String text) {
        return tokenizer.canRead(tokenIds(text));
    }

    /** The vector of a text, of length 1. */
    float[] encode(String text) {
        return encoder.encode(tokenIds(text));
    }

    /** The same of canonical text as int8. */
    byte[] vector(String canonical) {
        return vector(tokenizer.ids(canonical));
    }

    private byte[] vector(int[] ids) {
        return Vectors.quantise(encoder.encode(ids), (float) scale);
    }
}
