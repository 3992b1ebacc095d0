package edgeer;

/** The weights of a bundle ({@code rerank} of its manifest), in units of the int8 dot product, and how many forms compete. */
final class RerankWeights {
    private static final String[] RETIRED = {"letter_match", "letter_edit", "sound_match", "sound_edit"}; // 0 in old bundles

    final int words;
    final int numbers;
    final int soundPieces;
    final int denseForms;
    final int soundForms;
    final int heard;
    final int popularity;
    final int head;
    final int headForms;
    final int headMargin;

    /**
     * @throws IllegalArgumentException where a weight is no whole number from 0 up, or one that is no longer read is not 0
     */
    RerankWeights(Fields section) {
        for (String name : RETIRED) {
            Object value = section.map().containsKey(name) ? section.map().get(name) : (Object) 0L;
            if (!(value instanceof Number) || ((Number) value).doubleValue() != 0) {
                throw new IllegalArgumentException(
                        "rerank." + name + ": expected 0, found " + value + "; edit distances no longer count");
            }
        }
        words = weight(section, "words", 0, 0);
        numbers = weight(section, "numbers", 0, 0);
        soundPieces = weight(section, "sound_pieces", 0, 0);
        denseForms = weight(section, "dense_forms", 24, 1);
        soundForms = weight(section, "sound_forms", 0, 0);
        heard = weight(section, "heard", 0, 0);
        popularity = weight(section, "popularity", 0, 0);
        head = weight(section, "head", 0, 0);
        headForms = weight(section, "head_forms", 10, 1);
        headMargin = weight(section, "head_margin", 0, 0);
    }

    /** Whether any evidence looks at how popular entities are. */
    boolean asksForDemand() {
        return popularity > 0 || words > 0;
    }

    private static int weight(Fields section, String name, int byDefault, int least) {
        int value = section.map().containsKey(name) ? section.whole(name) : byDefault;
        if (value < least) {
            throw new IllegalArgumentException(
                    "rerank." + name + ": expected a whole number from " + least + " up, found " + value);
        }
        return value;
    }
}
