package android.os;

/** Runs at once, on the thread that asks. */
public final class Handler {
    public Handler(Looper looper) {}

    public boolean post(Runnable task) {
        task.run();
        return true;
    }

    public void removeCallbacksAndMessages(Object token) {}
}
