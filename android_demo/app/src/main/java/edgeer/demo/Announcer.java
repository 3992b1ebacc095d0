package edgeer.demo;

/** Says an answer to a screen reader: once the person has paused, and only if it is another one than was said last. */
final class Announcer implements Runnable {
    /** Who speaks. */
    interface Voice {
        void say(String text);
    }

    /** Runs a task later, on the thread that draws. */
    interface Timer {
        void start(Runnable task, long milliseconds);

        void stop(Runnable task);
    }

    static final long PAUSE_MILLISECONDS = 700;

    private final Timer timer;
    private final Voice voice;
    private String next = "";
    private String said = "";

    Announcer(Timer timer, Voice voice) {
        this.timer = timer;
        this.voice = voice;
    }

    /** What stands on the screen now; empty for nothing. */
    void show(String text) {
        next = text;
        timer.stop(this);
        timer.start(this, PAUSE_MILLISECONDS);
    }

    void stop() {
        timer.stop(this);
    }

    @Override
    public void run() {
        if (!next.equals(said) && !next.isEmpty()) {
            voice.say(next);
        }
        said = next;
    }
}
