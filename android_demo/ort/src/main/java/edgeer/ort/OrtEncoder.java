package edgeer.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import edgeer.Encoder;
import edgeer.EncoderException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * The encoder on ONNX Runtime, for an app that has it anyway:
 *
 * <pre>EntityResolver.load(source, OrtEncoder.FACTORY, true)</pre>
 *
 * <p>It runs any graph with the inputs and outputs of {@code encoder.onnx}, on one thread; the answers are those of {@link
 * edgeer.TransformerEncoder}. Safe for several threads.
 */
public final class OrtEncoder implements Encoder, AutoCloseable {
    /** Makes encoders of this kind. */
    public static final Factory FACTORY = new Factory() {
        @Override
        public Encoder open(byte[] onnx) {
            return new OrtEncoder(onnx);
        }
    };

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /**
     * @param onnx contents of encoder.onnx
     * @throws EncoderException where ONNX Runtime cannot load it
     */
    public OrtEncoder(byte[] onnx) {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        try {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(onnx, options);
        } catch (OrtException error) {
            throw new EncoderException(
                    "encoder.onnx: ONNX Runtime cannot load it (" + error.getMessage() + "); export it again", error);
        } finally {
            options.close();
        }
        if (!session.getOutputNames().contains("embedding")) {
            throw new EncoderException("encoder.onnx: expected an output embedding, found " + session.getOutputNames());
        }
    }

    @Override
    public float[] encode(int[] tokenIds) {
        return run(tokenIds, "embedding");
    }

    @Override
    public float[] tokenOutput(int[] tokenIds, String output) {
        if (!session.getOutputNames().contains(output)) {
            throw new EncoderException("encoder.onnx: no output " + output + ", which a head needs; export both again");
        }
        return run(tokenIds, output);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }

    private float[] run(int[] tokenIds, String output) {
        long[] ids = new long[tokenIds.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tokenIds[i];
        }
        long[] present = new long[ids.length];
        Arrays.fill(present, 1);
        long[] shape = {1, ids.length};
        try (OnnxTensor tokens = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(present), shape)) {
            Map<String, OnnxTensor> inputs = new HashMap<String, OnnxTensor>();
            inputs.put("input_ids", tokens);
            inputs.put("attention_mask", mask);
            try (OrtSession.Result result = session.run(inputs, Collections.singleton(output))) {
                FloatBuffer found = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] numbers = new float[found.remaining()];
                found.get(numbers);
                return numbers;
            }
        } catch (OrtException error) {
            throw new EncoderException("encoder.onnx: ONNX Runtime fails (" + error.getMessage() + ")", error);
        }
    }
}
