package android.os;

/** The thread that draws; there is none here. */
public final class Looper {
    public static Looper getMainLooper() {
        return new Looper();
    }
}
