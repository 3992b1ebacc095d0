package edgeer.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertNull;

import android.content.Context;
import edgeer.Entity;
import edgeer.PersonalResolver;
import edgeer.Resolution;
import java.io.File;
import java.util.Collections;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Answers come from the catalog that was chosen, and none once it was let go, until it is loaded again. */
public final class AskerTest implements Asker.Screen {
    private static final int SECONDS = 120; // on a busy machine

    @Rule
    public final TemporaryFolder files = new TemporaryFolder();

    private final BlockingQueue<Object> told = new LinkedBlockingQueue<Object>();
    private Asker asker;

    @Override
    public void loaded(PersonalResolver resolver) {
        told.add(resolver);
    }

    @Override
    public void answered(Resolution answer, long milliseconds) {
        told.add(answer);
    }

    @Override
    public void failed(String message) {
        told.add(message);
    }

    @After
    public void close() {
        asker.close();
    }

    private Object next() throws InterruptedException {
        return told.poll(SECONDS, TimeUnit.SECONDS);
    }

    private void ask(String text) {
        asker.ask(Collections.singletonList(text), null);
    }

    @Test
    public void aCatalogThatWasLetGoIsLoadedAgain() throws Exception {
        File assets = new File(System.getProperty("edgeer.assets"));
        asker = new Asker(new Context(assets, files.getRoot()), this);
        asker.load("radio_it");
        Object first = next();
        ask("radio deejay");
        assertEquals("Radio Deejay", ((Resolution) next()).best().name);
        asker.release(false);
        ask("radio deejay");
        assertEquals("Radio Deejay", ((Resolution) next()).best().name);
        asker.add(Entity.named("Kitchen Radio Example"));
        asker.release(true);
        ask("radio deejay"); // nobody is asked
        asker.load("radio_it");
        Object again = next();
        assertNotSame(first, again);
        ask("kitchen radio example");
        assertEquals("Kitchen Radio Example", ((Resolution) next()).best().name);
        asker.load("radio_xx");
        assertEquals(String.class, next().getClass());
        assertNull(told.peek());
    }
}
