package edgeer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Canonical text to token ids: at each place the longest piece of the vocabulary ({@code tokenizer.json}). */
final class WordPiece {
    private static final String[] SPECIALS = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

    private final Map<String, Integer> vocabulary = new HashMap<String, Integer>();
    private final Set<Integer> specials = new HashSet<Integer>();
    private final String prefix;
    private final int longestWord;
    private final int maxTokens;
    private int longestPiece;

    /**
     * @param json contents of tokenizer.json
     * @param maxTokens longer texts lose the ids before the last
     * @throws EncoderException where it is no WordPiece tokenizer that splits at white space
     */
    WordPiece(byte[] json, int maxTokens) {
        try {
            Fields whole = new Fields(Json.parse(new String(json, Bundle.UTF_8)), "tokenizer.json");
            Fields model = whole.object("model");
            expect(model.text("type"), "WordPiece", "model.type");
            expect(whole.object("pre_tokenizer").text("type"), "WhitespaceSplit", "pre_tokenizer.type");
            if (whole.has("normalizer")) {
                throw new IllegalArgumentException("normalizer: expected none");
            }
            prefix = model.text("continuing_subword_prefix");
            longestWord = model.whole("max_input_chars_per_word");
            for (Map.Entry<String, Object> entry : model.object("vocab").map().entrySet()) {
                vocabulary.put(entry.getKey(), Fields.whole(entry.getValue(), "model.vocab"));
                longestPiece = Math.max(longestPiece, entry.getKey().length());
            }
        } catch (IllegalArgumentException error) {
            throw new EncoderException(
                    "tokenizer.json: cannot be used (" + error.getMessage() + "); export the encoder again", error);
        }
        for (String special : SPECIALS) {
            if (!vocabulary.containsKey(special)) {
                throw new EncoderException("tokenizer.json: no token " + special + "; export the encoder again");
            }
            specials.add(vocabulary.get(special));
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
        ids[0] = vocabulary.get("[CLS]");
        for (int i = 0; i < kept; i++) {
            ids[i + 1] = pieces.get(i);
        }
        ids[kept + 1] = vocabulary.get("[SEP]");
        return ids;
    }

    /** Whether there is anything but [UNK] and other specials. */
    boolean canRead(int[] ids) {
        for (int id : ids) {
            if (!specials.contains(id)) {
                return true;
            }
        }
        return false;
    }

    /** The largest id that a text can have. */
    int largestId() {
        int largest = 0;
        for (int id : vocabulary.values()) {
            largest = Math.max(largest, id);
        }
        return largest;
    }

    private void addPieces(String word, List<Integer> pieces) {
        int before = pieces.size();
        int start = word.codePointCount(0, word.length()) > longestWord ? -1 : 0;
        while (start >= 0 && start < word.length()) {
            int end = Math.min(word.length(), start + longestPiece);
            Integer id = null;
            while (end > start) {
                String piece = word.substring(start, end);
                id = vocabulary.get(start == 0 ? piece : prefix + piece);
                if (id != null) {
                    pieces.add(id);
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
            pieces.add(vocabulary.get("[UNK]"));
        }
    }

    private static void expect(String found, String wanted, String place) {
        if (!found.equals(wanted)) {
            throw new IllegalArgumentException(place + ": expected " + wanted + ", found " + found);
        }
    }
}
