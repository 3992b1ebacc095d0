package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.Test;

/** What callers rely on: any text is answered, wrong arguments are not, several threads may ask. */
public final class RequestTest {
    private final EntityResolver resolver = Rows.resolver("radio_es");

    @Test
    public void anAnswerHoldsWhatTheCatalogSays() {
        Match best = resolver.resolve("pon la cadena ser").best();
        assertEquals("Cadena SER", best.name);
        assertTrue(best.aliases.contains("SER"));
        assertEquals("ES", best.metadata.get("country"));
        assertTrue(((List<?>) best.metadata.get("streams")).get(0).toString().startsWith("http"));
        assertTrue(best.confidence > 0.8 && best.confidence <= 1);
        assertEquals("radio_es", resolver.name());
        assertEquals("es", resolver.lang());
        assertNotNull(resolver.manifest().get("report"));
    }

    @Test
    public void emptyInputHasNoMatches() {
        for (String empty : new String[] {"", " ", "\t\n", "\u3000"}) {
            Resolution answer = resolver.resolve(empty);
            assertEquals(Decision.NO_MATCH, answer.decision);
            assertTrue(answer.matches.isEmpty());
            assertNull(answer.best());
        }
        assertEquals(Decision.NO_MATCH, resolver.resolve(Collections.<String>emptyList(), 5).decision);
    }

    @Test
    public void anyTextIsAnswered() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            char[] text = new char[random.nextInt(60)];
            for (int i = 0; i < text.length; i++) {
                text[i] = (char) (round % 2 == 0 ? random.nextInt(1 << 16) : random.nextInt(128));
            }
            Resolution answer = resolver.resolve(new String(text), 3);
            assertTrue(answer.matches.size() <= 3);
        }
        String long_ = new String(new char[20000]).replace("\0", "la ser ");
        assertEquals(5, resolver.resolve(long_).matches.size());
    }

    @Test
    public void morePrecisionIsFewerAnswers() {
        assertEquals(Decision.MATCH, resolver.resolve("la ser", 5, 0.5).decision);
        int strict = 0;
        int loose = 0;
        for (String query : new String[] {"radio maria", "onda cera", "los cuarenta", "quiero una pizza", "kis"}) {
            strict += resolver.resolve(query, 1, 0.999).best() == null ? 0 : 1;
            loose += resolver.resolve(query, 1, 0.5).best() == null ? 0 : 1;
        }
        assertTrue(strict + " and " + loose, strict < loose);
    }

    @Test
    public void asManyEntitiesAsThereAre() {
        assertEquals(resolver.entities().size(), resolver.resolve("radio", 100000).matches.size());
    }

    @Test
    public void wrongArgumentsAreRefused() {
        refused(null, null, 5, 0.95);
        refused(Arrays.asList("a", null), null, 5, 0.95);
        refused(Arrays.asList("a"), null, 0, 0.95);
        refused(Arrays.asList("a"), null, 5, 1);
        refused(Arrays.asList(""), null, 5, Double.NaN);
        refused(Arrays.asList("a"), new double[] {0}, 5, 0.95);
        refused(Arrays.asList("a"), new double[] {1, 1}, 5, 0.95);
    }

    private void refused(List<String> nbest, double[] weights, int topK, double minPrecision) {
        try {
            resolver.resolve(nbest, weights, topK, minPrecision);
        } catch (IllegalArgumentException error) {
            assertTrue(error.getMessage(), error.getMessage().startsWith("expected "));
            return;
        }
        fail("answered");
    }

    @Test
    public void threadsGetTheSameAnswers() throws Exception {
        final String expected = resolver.resolve("pon los cuarenta").toString();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<String> ask = new Callable<String>() {
                @Override
                public String call() {
                    return resolver.resolve("pon los cuarenta").toString();
                }
            };
            for (Future<String> answer : threads.invokeAll(Collections.nCopies(40, ask))) {
                assertEquals(expected, answer.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    public void vectorsAloneAnswerToo() {
        EntityResolver dense = EntityResolver.load(
                Sources.of(Rows.file("models/radio_es")), TransformerEncoder.FACTORY, false);
        Resolution answer = dense.resolve("cadena ser");
        assertEquals("Cadena SER", answer.matches.get(0).name);
        assertTrue(answer.matches.get(0).score <= 1);
    }
}
