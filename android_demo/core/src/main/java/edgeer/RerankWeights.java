package edgeer;

/** The weights of a bundle ({@code rerank} of its manifest), in units of the int8 dot product, and how many forms compete. */
final class RerankWeights {
    private static final String[] RETIRED = {"letter_match", "letter_edit", "sound_match", "sound_edit"}; // 0 in old bundles

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
    RerankWeights(Fields told) {
        for (String name : RETIRED) {
            Object value = told.map().containsKey(name) ? told.map().get(name) : (Object) 0L;
            if (!(value instanceof Number) || ((Number) value).doubleValue() != 0) {
                throw new IllegalArgumentException(
                        "rerank." + name + ": expected 0, found " + value + "; edit distances no longer count");
            }
        }
        soundPieces = weight(told, "sound_pieces", 0, 0);
        denseForms = weight(told, "dense_forms", 24, 1);
        soundForms = weight(told, "sound_forms", 0, 0);
        heard = weight(told, "heard", 0, 0);
        popularity = weight(told, "popularity", 0, 0);
        head = weight(told, "head", 0, 0);
        headForms = weight(told, "head_forms", 10, 1);
        headMargin = weight(told, "head_margin", 0, 0);
    }

    private static int weight(Fields told, String name, int usual, int least) {
        int value = told.map().containsKey(name) ? told.whole(name) : usual;
        if (value < least) {
            throw new IllegalArgumentException(
                    "rerank." + name + ": expected a whole number from " + least + " up, found " + value);
        }
        return value;
    }
}
