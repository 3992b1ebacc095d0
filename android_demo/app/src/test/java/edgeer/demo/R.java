package edgeer.demo;

/** The numbers of the texts that the tested classes show. */
final class R {
    /** Texts. */
    static final class string {
        static final int stopped = 1;
        static final int no_stream = 2;
        static final int connecting = 3;
        static final int cannot_play = 4;
        static final int playing = 5;
    }
}
