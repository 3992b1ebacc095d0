package edgeer;

/** The weights of a bundle ({@code rerank} of its manifest), in units of the int8 dot product, and how many forms compete. */
final class RerankWeights {
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

    /** The weights of a section that was checked; what it does not say keeps its default. */
    RerankWeights(Fields section) {
        words = (int) section.number("words", 0);
        numbers = (int) section.number("numbers", 0);
        soundPieces = (int) section.number("sound_pieces", 0);
        denseForms = (int) section.number("dense_forms", 24);
        soundForms = (int) section.number("sound_forms", 0);
        heard = (int) section.number("heard", 0);
        popularity = (int) section.number("popularity", 0);
        head = (int) section.number("head", 0);
        headForms = (int) section.number("head_forms", 10);
        headMargin = (int) section.number("head_margin", 0);
    }

    /** Whether any evidence looks at how popular entities are. */
    boolean asksForDemand() {
        return popularity > 0 || words > 0;
    }
}
