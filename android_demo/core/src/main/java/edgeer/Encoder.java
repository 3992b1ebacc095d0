package edgeer;

/** Token ids to a unit vector. {@link TransformerEncoder} needs no library; others may run the same graph. */
public interface Encoder {
    /**
     * The vector of one text, of length 1.
     *
     * @param tokenIds [CLS] … [SEP]
     */
    float[] encode(int[] tokenIds);

    /**
     * Another output of the graph, [tokens * columns]: "head_request" or "head_entity", for a re-ranking head.
     *
     * @throws EncoderException where the encoder has no such output
     */
    float[] tokenOutput(int[] tokenIds, String output);

    /** Makes an encoder of the contents of {@code encoder.onnx}. */
    interface Factory {
        /**
         * @throws EncoderException where they cannot be used
         */
        Encoder open(byte[] onnx);
    }
}
