package edgeer.demo;

import android.content.Context;
import android.os.Handler;
import android.os.Looper;
import edgeer.CatalogException;
import edgeer.EdgeErException;
import edgeer.Entity;
import edgeer.PersonalResolver;
import edgeer.Resolution;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Loads and asks catalogs on a thread of its own, and gives what it found back to the thread that draws. */
final class Asker {
    /** Who is told; called on the thread that draws. */
    interface Screen {
        void loaded(PersonalResolver resolver);

        void answered(Resolution answer, long milliseconds);

        void failed(String message);
    }

    private static final int SHOWN = 10;

    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final Handler drawing = new Handler(Looper.getMainLooper());
    private final Context context;
    private final Screen screen;
    private volatile int latest;
    private String name;
    private PersonalResolver resolver; // of the worker's thread

    Asker(Context context, Screen screen) {
        this.context = context;
        this.screen = screen;
    }

    /** Reads a bundle; what is asked after this is asked of it. */
    void load(final String bundle) {
        worker.execute(new Runnable() {
            @Override
            public void run() {
                try {
                    name = bundle;
                    resolver = null;
                    final PersonalResolver found = Catalogs.load(context, bundle);
                    resolver = found;
                    found.resolve(found.name()); // the first answer is the slowest
                    found.suggest(found.name());
                    tell(new Runnable() {
                        @Override
                        public void run() {
                            screen.loaded(found);
                        }
                    });
                } catch (EdgeErException error) {
                    fail(error);
                } catch (IOException error) {
                    fail(error);
                }
            }
        });
    }

    /** Answers what was typed or heard; a request that is not the latest any more is left out. */
    void ask(final List<String> nbest, final float[] confidences) {
        final int number = ++latest;
        worker.execute(new Runnable() {
            @Override
            public void run() {
                if (resolver != null && number == latest) {
                    long start = System.nanoTime();
                    final Resolution answer = answer(nbest, confidences);
                    final long spent = (System.nanoTime() - start) / 1000000;
                    tell(new Runnable() {
                        @Override
                        public void run() {
                            if (number == latest) {
                                screen.answered(answer, spent);
                            }
                        }
                    });
                }
            }
        });
    }

    /** What a recogniser is sure of counts more; where it does not say how sure it is, all texts count alike. */
    private Resolution answer(List<String> nbest, float[] confidences) {
        if (confidences == null || confidences.length != nbest.size()) {
            return resolver.resolve(nbest, SHOWN);
        }
        List<String> texts = new ArrayList<String>();
        double[] weights = new double[confidences.length];
        for (int i = 0; i < weights.length; i++) {
            if (confidences[i] > 0) {
                weights[texts.size()] = confidences[i];
                texts.add(nbest.get(i));
            }
        }
        if (texts.isEmpty()) {
            return resolver.resolve(nbest, SHOWN);
        }
        return resolver.resolve(texts, java.util.Arrays.copyOf(weights, texts.size()), SHOWN, resolver.minPrecision());
    }

    /** Adds an entry, in place of one with the same id, and keeps it. */
    void add(final Entity entry) {
        worker.execute(new Runnable() {
            @Override
            public void run() {
                if (resolver == null) {
                    return;
                }
                try {
                    for (Entity own : resolver.ownEntries()) {
                        if (own.id.equals(entry.id)) {
                            resolver.remove(own.id);
                        }
                    }
                    resolver.add(entry);
                    resolver.save(Catalogs.ownNames(context, name));
                } catch (CatalogException error) {
                    fail(error);
                }
            }
        });
    }

    /** Lets go of catalogs that were loaded: of all but the one that is asked, or of that too, until it is loaded again. */
    void release(final boolean all) {
        worker.execute(new Runnable() {
            @Override
            public void run() {
                if (all) {
                    resolver = null;
                }
                Catalogs.keepOnly(all ? null : name);
            }
        });
    }

    void close() {
        worker.shutdown();
        drawing.removeCallbacksAndMessages(null);
    }

    private void fail(final Exception error) {
        tell(new Runnable() {
            @Override
            public void run() {
                screen.failed(error.getMessage());
            }
        });
    }

    private void tell(Runnable told) {
        drawing.post(told);
    }
}
