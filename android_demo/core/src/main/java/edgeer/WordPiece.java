package edgeer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Canonical text to token ids: at each place the longest piece of the vocabulary ({@code tokenizer.json}). */
final class WordPiece {
    private static final int UNKNOWN = 1;
    static final int START = 2;
    static final int END = 3;
    private static final int SPECIALS = 5; // the ids below are no pieces of texts

    private final Map<String, Object> vocabulary; // numbers by piece
    private final String prefix;
    private final int longestWord;
    private final int maxTokens;
    private int longestPiece;

    /**
     * @param tokenizer what tokenizer.json says, checked
     * @param maxTokens longer texts lose the ids before the last
     * @throws IllegalArgumentException where its pieces are not numbered from 0 up, each once
     */
    WordPiece(Fields tokenizer, int maxTokens) {
        Fields model = tokenizer.object("model");
        prefix = model.text("continuing_subword_prefix");
        longestWord = model.whole("max_input_chars_per_word");
        vocabulary = model.object("vocab").map();
        boolean[] numbered = new boolean[vocabulary.size()];
        for (Map.Entry<String, Object> entry : vocabulary.entrySet()) {
            long number = entry.getValue() instanceof Long ? (Long) entry.getValue() : -1;
            if (number < 0 || number >= numbered.length || numbered[(int) number]) {
                throw new IllegalArgumentException("tokenizer.json, model.vocab: expected the numbers 0 to "
                        + (numbered.length - 1) + ", each once, found others");
            }
            numbered[(int) number] = true;
            longestPiece = Math.max(longestPiece, entry.getKey().length());
        }
        this.maxTokens = maxTokens;
    }

    /** [CLS] … [SEP] of a canonical text, at most as many ids as the encoder reads, with [SEP] kept at the end. */
    int[] ids(String canonical) {
        List<Integer> pieces = new ArrayList<Integer>();
        for (String word : canonical.split(" ")) {
            if (!word.isEmpty()) {
                addPieces(word, pieces);
            }
        }
        int kept = Math.min(pieces.size(), maxTokens - 2);
        int[] ids = new int[kept + 2];
        ids[0] = START;
        for (int i = 0; i < kept; i++) {
            ids[i + 1] = pieces.get(i);
        }
        ids[kept + 1] = END;
        return ids;
    }

    /** Whether there is anything but [UNK] and other specials. */
    boolean canRead(int[] ids) {
        for (int id : ids) {
            if (id >= SPECIALS) {
                return true;
            }
        }
        return false;
    }

    /** How many ids there are. */
    int size() {
        return vocabulary.size();
    }

    private void addPieces(String word, List<Integer> pieces) {
        int before = pieces.size();
        int start = word.codePointCount(0, word.length()) > longestWord ? -1 : 0;
        while (start >= 0 && start < word.length()) {
            int end = Math.min(word.length(), start + longestPiece);
            Object id = null;
            while (end > start) {
                String piece = word.substring(start, end);
                id = vocabulary.get(start == 0 ? piece : prefix + piece);
                if (id != null) {
                    pieces.add(Fields.whole(id));
                    break;
                }
                end--;
            }
            start = id == null ? -1 : end;
        }
        if (start < 0) { // no way to spell it
            while (pieces.size() > before) {
                pieces.remove(pieces.size() - 1);
            }
            pieces.add(UNKNOWN);
        }
    }
}
