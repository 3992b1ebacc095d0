package edgeer.demo;

import android.os.Handler;
import android.os.Looper;
import android.view.View;

/** The screen reader of the phone, if one is on. */
final class ScreenReader implements Announcer.Voice, Announcer.Timer {
    private final Handler later = new Handler(Looper.getMainLooper());
    private final View view;

    ScreenReader(View view) {
        this.view = view;
    }

    @Override
    public void say(String text) {
        view.announceForAccessibility(text);
    }

    @Override
    public void start(Runnable task, long milliseconds) {
        later.postDelayed(task, milliseconds);
    }

    @Override
    public void stop(Runnable task) {
        later.removeCallbacks(task);
    }
}
