package android.media;

/** Who may be heard; notes who asked. */
public final class AudioManager {
    public static final int STREAM_MUSIC = 3;
    public static final int AUDIOFOCUS_GAIN = 1;
    public static final int AUDIOFOCUS_LOSS = -1;
    public static final int AUDIOFOCUS_LOSS_TRANSIENT = -2;
    public static final int AUDIOFOCUS_LOSS_TRANSIENT_CAN_DUCK = -3;
    public static final int AUDIOFOCUS_REQUEST_FAILED = 0;
    public static final int AUDIOFOCUS_REQUEST_GRANTED = 1;

    /** Who is told. */
    public interface OnAudioFocusChangeListener {
        void onAudioFocusChange(int change);
    }

    public boolean busy; // a call
    public OnAudioFocusChangeListener heard;

    public int requestAudioFocus(OnAudioFocusChangeListener listener, int stream, int hint) {
        if (busy) {
            return AUDIOFOCUS_REQUEST_FAILED;
        }
        heard = listener;
        return AUDIOFOCUS_REQUEST_GRANTED;
    }

    public int abandonAudioFocus(OnAudioFocusChangeListener listener) {
        if (heard == listener) {
            heard = null;
        }
        return AUDIOFOCUS_REQUEST_GRANTED;
    }
}
