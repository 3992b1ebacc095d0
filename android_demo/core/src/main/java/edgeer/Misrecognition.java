package edgeer;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How much likelier a request becomes when a form was said in it, in eighths of a bit: the best weighted alignment of their
 * letters, as {@code edge_er/text/misrecognition.py} defines it. All whole numbers.
 */
final class Misrecognition {
    /** Units of a score in a bit. */
    static final int BIT = 8;

    private final MisrecognitionCosts costs;
    private final List<String> texts;
    private final AtomicReferenceArray<int[]> forms; // contexts of letters, made when a form is first compared
    private final AtomicReference<Alignment> idle = new AtomicReference<Alignment>();

    /**
     * @param texts canonical forms
     */
    Misrecognition(String lang, List<String> texts) {
        costs = new MisrecognitionCosts(lang);
        this.texts = texts;
        forms = new AtomicReferenceArray<int[]>(texts.size());
    }

    private int[] contexts(int form) {
        int[] contexts = forms.get(form);
        if (contexts == null) {
            contexts = Alignment.contexts(texts.get(form), costs.letters);
            forms.set(form, contexts);
        }
        return contexts;
    }

    /** Score of each of {@code chosen} forms as an explanation of a request. */
    int[] scores(Carriers request, int[] chosen) {
        int[] scores = new int[chosen.length];
        byte[] heard = costs.letters.codes(request.request);
        if (heard.length == 0) {
            return scores;
        }
        Alignment kept = idle.getAndSet(null);
        Alignment alignment = kept == null ? new Alignment(costs) : kept;
        alignment.read(request, heard);
        for (int i = 0; i < chosen.length; i++) {
            scores[i] = alignment.score(contexts(chosen[i]));
        }
        if (alignment.isSmall()) {
            idle.set(alignment);
        }
        return scores;
    }

    /** What all letters of a text earn as one word where they are recognised as they are. */
    int gain(String text) {
        byte[] said = costs.letters.codes(text);
        int before = MisrecognitionCosts.EDGE;
        int gain = 0;
        for (int i = 0; i < said.length; i++) {
            int next = i + 1 == said.length ? MisrecognitionCosts.EDGE : said[i + 1];
            int after = before * MisrecognitionCosts.CODES + said[i];
            gain += costs.usual[after] - costs.of(after, said[i] * MisrecognitionCosts.CODES + next, said[i]);
            before = said[i];
        }
        return gain;
    }
}
