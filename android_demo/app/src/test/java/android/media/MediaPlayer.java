package android.media;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Plays nothing, and notes what it was told. */
public final class MediaPlayer {
    /** Told that a stream can start. */
    public interface OnPreparedListener {
        void onPrepared(MediaPlayer ready);
    }

    /** Told that it cannot. */
    public interface OnErrorListener {
        boolean onError(MediaPlayer failed, int what, int extra);
    }

    public static final List<MediaPlayer> MADE = new ArrayList<MediaPlayer>();

    public String address;
    public String state = "new";
    public float volume = 1;
    private OnPreparedListener prepared;
    private OnErrorListener error;

    public MediaPlayer() {
        MADE.add(this);
    }

    public void setAudioStreamType(int stream) {}

    public void setOnPreparedListener(OnPreparedListener listener) {
        prepared = listener;
    }

    public void setOnErrorListener(OnErrorListener listener) {
        error = listener;
    }

    public void setDataSource(String address) throws IOException {
        if (!address.contains("://")) {
            throw new IOException(address);
        }
        this.address = address;
    }

    public void prepareAsync() {
        state = "preparing";
    }

    public void start() {
        state = "playing";
    }

    public void pause() {
        state = "paused";
    }

    public void setVolume(float left, float right) {
        volume = left;
    }

    public void release() {
        state = "released";
    }

    /** The stream answers. */
    public void answer() {
        prepared.onPrepared(this);
    }

    /** It does not. */
    public void fail() {
        error.onError(this, 0, 0);
    }
}
