package edgeer.demo;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;

/** A screen reader hears answers, not keystrokes. */
public final class AnnouncerTest implements Announcer.Voice, Announcer.Timer {
    private final List<String> said = new ArrayList<String>();
    private Runnable waiting;
    private final Announcer announcer = new Announcer(this, this);

    @Override
    public void say(String text) {
        said.add(text);
    }

    @Override
    public void start(Runnable task, long milliseconds) {
        assertEquals(null, waiting); // one at a time
        waiting = task;
    }

    @Override
    public void stop(Runnable task) {
        waiting = null;
    }

    private void pause() {
        Runnable task = waiting;
        waiting = null;
        if (task != null) {
            task.run();
        }
    }

    @Test
    public void whileOneTypesNothingIsSaid() {
        for (String each : Arrays.asList("It is R", "It is Radio", "It is Radio 4")) {
            announcer.show(each);
        }
        assertEquals(0, said.size());
        pause();
        assertEquals(Arrays.asList("It is Radio 4"), said);
    }

    @Test
    public void theSameAnswerIsSaidOnce() {
        announcer.show("It is Radio 4");
        pause();
        announcer.show("It is Radio 4");
        pause();
        assertEquals(1, said.size());
    }

    @Test
    public void anEmptyBoxIsSilentAndTheAnswerIsNewAfterIt() {
        announcer.show("It is Radio 4");
        pause();
        announcer.show("");
        pause();
        announcer.show("It is Radio 4");
        pause();
        assertEquals(Arrays.asList("It is Radio 4", "It is Radio 4"), said);
    }

    @Test
    public void aScreenThatIsGoneSaysNothing() {
        announcer.show("It is Radio 4");
        announcer.stop();
        pause();
        assertEquals(0, said.size());
    }
}
