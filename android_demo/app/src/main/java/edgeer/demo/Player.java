package edgeer.demo;

import android.content.Context;
import android.media.AudioManager;
import android.media.MediaPlayer;
import edgeer.Match;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Plays the stream of one station at a time, while no other app has to be heard, and says what it is doing. */
final class Player
        implements MediaPlayer.OnPreparedListener, MediaPlayer.OnErrorListener, AudioManager.OnAudioFocusChangeListener {
    /** Who shows what the player is doing: a text and the name of the station. */
    interface Screen {
        void show(int text, String name);
    }

    private static final float LOUD = 1f;
    private static final float BELOW_A_VOICE = 0.2f;

    private final AudioManager audio;
    private Screen screen;
    private MediaPlayer media;
    private boolean ready; // it plays, or waits for another app
    private List<String> left = new ArrayList<String>();
    private String id;
    private String name;

    Player(Context context) {
        audio = (AudioManager) context.getSystemService(Context.AUDIO_SERVICE);
    }

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
        left = safestFirst(match.metadata.get("streams"));
        if (left.isEmpty()) {
            show(R.string.no_stream);
            return;
        }
        id = match.id;
        show(R.string.connecting);
        next();
    }

    /** The addresses of a station, those that nobody can listen in on before the others. */
    static List<String> safestFirst(Object streams) {
        List<String> safe = new ArrayList<String>();
        List<String> others = new ArrayList<String>();
        if (streams instanceof List) {
            for (Object each : (List<?>) streams) {
                String address = String.valueOf(each);
                (address.startsWith("https:") ? safe : others).add(address);
            }
        }
        safe.addAll(others);
        return safe;
    }

    /** Tries the next address; where none is left, says so. */
    private void next() {
        release();
        if (left.isEmpty()) {
            stop();
            show(R.string.cannot_play);
            return;
        }
        media = new MediaPlayer();
        media.setAudioStreamType(AudioManager.STREAM_MUSIC);
        media.setOnPreparedListener(this);
        media.setOnErrorListener(this);
        try {
            media.setDataSource(left.remove(0));
            media.prepareAsync();
        } catch (IOException error) {
            next();
        } catch (IllegalArgumentException error) { // no address
            next();
        }
    }

    void stop() {
        release();
        audio.abandonAudioFocus(this);
        id = null;
    }

    private void release() {
        if (media != null) {
            media.release();
        }
        media = null;
        ready = false;
    }

    @Override
    public void onPrepared(MediaPlayer prepared) {
        if (prepared != media) {
            return;
        }
        int granted = audio.requestAudioFocus(this, AudioManager.STREAM_MUSIC, AudioManager.AUDIOFOCUS_GAIN);
        if (granted != AudioManager.AUDIOFOCUS_REQUEST_GRANTED) { // a call, for example
            stop();
            show(R.string.cannot_play);
            return;
        }
        ready = true;
        media.start();
        show(R.string.playing);
    }

    /** Another app wants to be heard, or has been. */
    @Override
    public void onAudioFocusChange(int change) {
        if (!ready) {
            return;
        }
        switch (change) {
            case AudioManager.AUDIOFOCUS_GAIN:
                media.setVolume(LOUD, LOUD);
                media.start();
                break;
            case AudioManager.AUDIOFOCUS_LOSS_TRANSIENT_CAN_DUCK:
                media.setVolume(BELOW_A_VOICE, BELOW_A_VOICE);
                break;
            case AudioManager.AUDIOFOCUS_LOSS_TRANSIENT:
                media.pause();
                break;
            default: // for good
                stop();
                show(R.string.stopped);
        }
    }

    @Override
    public boolean onError(MediaPlayer failed, int what, int extra) {
        if (failed == media) {
            next();
        }
        return true;
    }

    private void show(int text) {
        if (screen != null) {
            screen.show(text, name);
        }
    }
}
