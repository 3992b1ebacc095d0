package edgeer.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;

import android.content.Context;
import android.media.AudioManager;
import android.media.MediaPlayer;
import edgeer.Entity;
import edgeer.EntityResolver;
import edgeer.Match;
import java.io.File;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Test;

/** Streams give way to other apps, and those that are encrypted come first. */
public final class PlayerTest implements Player.Screen {
    private static final EntityResolver IT =
            EntityResolver.load(new File(System.getProperty("edgeer.repository"), "models/radio_it"));

    private final Context context = new Context(null, null);
    private final Player player = new Player(context);
    private int shown;

    @Override
    public void show(int text, String name) {
        shown = text;
    }

    @Before
    public void start() {
        player.showOn(this);
        MediaPlayer.MADE.clear();
    }

    private static Match station(Object... streams) {
        List<String> none = Collections.emptyList();
        Map<String, Object> metadata = Collections.<String, Object>singletonMap("streams", Arrays.asList(streams));
        Entity own = new Entity("own", "Kitchen Radio Example", none, none, metadata);
        return IT.withEntries(Collections.singletonList(own)).resolve("kitchen radio example").matches.get(0);
    }

    private static MediaPlayer last() {
        return MediaPlayer.MADE.get(MediaPlayer.MADE.size() - 1);
    }

    private MediaPlayer playing() {
        player.toggle(station("https://a.example/1"));
        last().answer();
        assertEquals(R.string.playing, shown);
        assertNotNull(context.audio.heard);
        return last();
    }

    @Test
    public void anotherAppSilencesItForAWhile() {
        MediaPlayer stream = playing();
        player.onAudioFocusChange(AudioManager.AUDIOFOCUS_LOSS_TRANSIENT);
        assertEquals("paused", stream.state);
        player.onAudioFocusChange(AudioManager.AUDIOFOCUS_GAIN);
        assertEquals("playing", stream.state);
        player.onAudioFocusChange(AudioManager.AUDIOFOCUS_LOSS_TRANSIENT_CAN_DUCK);
        assertEquals("playing", stream.state);
        assertEquals(0.2f, stream.volume, 0);
        player.onAudioFocusChange(AudioManager.AUDIOFOCUS_GAIN);
        assertEquals(1f, stream.volume, 0);
    }

    @Test
    public void anotherAppStopsItForGood() {
        MediaPlayer stream = playing();
        player.onAudioFocusChange(AudioManager.AUDIOFOCUS_LOSS);
        assertEquals("released", stream.state);
        assertEquals(R.string.stopped, shown);
        player.onAudioFocusChange(AudioManager.AUDIOFOCUS_GAIN); // too late, and no error
        assertEquals("released", stream.state);
    }

    @Test
    public void duringACallNothingStarts() {
        context.audio.busy = true;
        player.toggle(station("https://a.example/1"));
        last().answer();
        assertEquals("released", last().state);
        assertEquals(R.string.cannot_play, shown);
    }

    @Test
    public void whoStopsIsHeardNoMore() {
        Match same = station("https://a.example/1");
        player.toggle(same);
        last().answer();
        player.toggle(same);
        assertEquals(R.string.stopped, shown);
        assertNull(context.audio.heard);
    }

    @Test
    public void encryptedStreamsComeFirstAndOthersAreTriedAfterThem() {
        player.toggle(station("http://a.example/1", "no address", "https://a.example/2"));
        assertEquals("https://a.example/2", last().address);
        last().fail();
        assertEquals("http://a.example/1", last().address);
        last().fail(); // the next is no address at all
        assertEquals(R.string.cannot_play, shown);
        assertEquals(3, MediaPlayer.MADE.size());
        for (MediaPlayer each : MediaPlayer.MADE) {
            assertEquals("released", each.state);
        }
    }

    @Test
    public void aStationWithoutAStreamIsTold() {
        player.toggle(station());
        assertEquals(R.string.no_stream, shown);
        assertEquals(0, MediaPlayer.MADE.size());
    }
}
