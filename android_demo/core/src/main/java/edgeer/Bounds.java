package edgeer;

/** How much is read of what comes from outside: the section {@code bounds} of {@code edge_er/data/constants.json}. */
final class Bounds {
    /** Characters of a request as it was given. */
    static final int RAW_TEXT = 100000;
    /** Characters of a request's canonical text. */
    static final int TEXT = 1000;
    /** Texts of one utterance. */
    static final int TEXTS = 64;
    /** Distinct values of one field of a filter. */
    static final int FILTER_VALUES = 1000;
    /** Bytes of a manifest. */
    static final int MANIFEST_BYTES = 4000000;
    /** Objects and lists in one another, in a manifest. */
    static final int MANIFEST_LEVELS = 64;

    /** Unpacked entities have so many times their packed size at most, */
    static final int UNPACKED_TIMES = 100;
    /** and so many bytes more, where the manifest does not say it. */
    static final int UNPACKED_LEAST = 1000000;

    private Bounds() {}

    /** How many bytes entities.jsonl.gz may have when it is unpacked. */
    static long unpacked(Fields manifest, long packed) {
        Fields stated = manifest.objectOrEmpty("bounds");
        return stated.has(Bundle.ENTITIES)
                ? (long) stated.number(Bundle.ENTITIES)
                : UNPACKED_TIMES * packed + UNPACKED_LEAST;
    }

    /** Whether a text is no longer than names may be, and has no U+0000. */
    static boolean isName(String text) {
        return text.codePointCount(0, text.length()) <= Entity.LONGEST_NAME && text.indexOf('\0') < 0;
    }
}
