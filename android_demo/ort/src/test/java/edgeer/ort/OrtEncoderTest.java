package edgeer.ort;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgeer.Encoder;
import edgeer.EncoderException;
import edgeer.EntityResolver;
import edgeer.Sources;
import edgeer.TransformerEncoder;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import org.junit.Test;

/** ONNX Runtime gives the vectors of the plain Java encoder, and a resolver the same answers with both. */
public final class OrtEncoderTest {
    /** Rows that the token table has, however small the vocabulary of the bundle's catalog is. */
    private static final int ROWS = 1024;

    private static final File BUNDLE = new File(System.getProperty("edgeer.repository"), "models/radio_es");

    private static byte[] onnx() throws IOException {
        return Sources.readAll(new FileInputStream(new File(BUNDLE, "encoder.onnx")));
    }

    @Test
    public void vectorsAreThoseOfPlainJava() throws Exception {
        Encoder plain = new TransformerEncoder(onnx());
        double farthest = 0;
        try (OrtEncoder ort = new OrtEncoder(onnx())) {
            for (int length = 2; length <= 48; length++) {
                int[] ids = new int[length];
                for (int i = 0; i < length; i++) {
                    ids[i] = (i * 7919 + length * 31) % ROWS;
                }
                float[] expected = plain.encode(ids);
                float[] found = ort.encode(ids);
                assertArrayEquals(expected, found, 1e-5f);
                for (int i = 0; i < found.length; i++) {
                    farthest = Math.max(farthest, Math.abs(expected[i] - found[i]));
                }
            }
        }
        System.out.println("ONNX Runtime's vectors are within " + farthest + " of plain Java's");
    }

    @Test
    public void aResolverAnswersItsGoldenRequests() {
        EntityResolver resolver = EntityResolver.load(Sources.of(BUNDLE), OrtEncoder.FACTORY, true);
        assertTrue(resolver.selftest() > 10);
        assertEquals("Cadena SER", resolver.resolve("pon la cadena ser").best().name);
    }

    @Test
    public void whatIsNoGraphIsRefused() throws IOException {
        try {
            new OrtEncoder(new byte[] {1, 2, 3});
            fail("loaded");
        } catch (EncoderException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("encoder.onnx"));
        }
        try {
            new OrtEncoder(onnx()).tokenOutput(new int[] {2, 3}, "head_request");
            fail("a head was found");
        } catch (EncoderException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("head_request"));
        }
    }
}
