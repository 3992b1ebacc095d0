package edgeer.demo;

import android.media.AudioManager;
import android.media.MediaPlayer;
import edgeer.Match;
import java.io.IOException;
import java.util.List;

/** Plays the stream of one station at a time, and says what it is doing. */
final class Player implements MediaPlayer.OnPreparedListener, MediaPlayer.OnErrorListener {
    /** Who shows what the player is doing: a text and the name of the station. */
    interface Screen {
        void show(int text, String name);
    }

    private Screen screen;
    private MediaPlayer media;
    private String id;
    private String name;

    void showOn(Screen target) {
        screen = target;
    }

    /** Plays a station, or stops where it is playing already. */
    void toggle(Match match) {
        boolean same = match.id.equals(id);
        stop();
        if (same) {
            show(R.string.stopped);
            return;
        }
        name = Shown.of(match.name);
        Object streams = match.metadata.get("streams");
        if (!(streams instanceof List) || ((List<?>) streams).isEmpty()) {
            show(R.string.no_stream);
            return;
        }
        id = match.id;
        media = new MediaPlayer();
        media.setAudioStreamType(AudioManager.STREAM_MUSIC);
        media.setOnPreparedListener(this);
        media.setOnErrorListener(this);
        show(R.string.connecting);
        try {
            media.setDataSource(String.valueOf(((List<?>) streams).get(0)));
            media.prepareAsync();
        } catch (IOException error) {
            fail();
        } catch (IllegalArgumentException error) { // no address
            fail();
        }
    }

    void stop() {
        if (media != null) {
            media.release();
        }
        media = null;
        id = null;
    }

    @Override
    public void onPrepared(MediaPlayer ready) {
        if (ready == media) {
            ready.start();
            show(R.string.playing);
        }
    }

    @Override
    public boolean onError(MediaPlayer failed, int what, int extra) {
        if (failed == media) {
            fail();
        }
        return true;
    }

    private void fail() {
        stop();
        show(R.string.cannot_play);
    }

    private void show(int text) {
        if (screen != null) {
            screen.show(text, name);
        }
    }
}
