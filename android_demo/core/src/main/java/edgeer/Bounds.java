package edgeer;

/** How much is read of what comes from outside: the section {@code bounds} of {@code edge_er/data/constants.json}. */
final class Bounds {
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
    static long unpacked(Fields manifest, int packed) {
        Fields stated = manifest.objectOrEmpty("bounds");
        return stated.has(Bundle.ENTITIES)
                ? (long) stated.number(Bundle.ENTITIES)
                : UNPACKED_TIMES * (long) packed + UNPACKED_LEAST;
    }

    /**
     * Checks the names of an entity.
     *
     * @throws IllegalArgumentException where one of them is longer than names may be
     */
    static void check(Entity entity) {
        check(entity.name, Entity.LONGEST_NAME);
        for (String alias : entity.aliases) {
            check(alias, Entity.LONGEST_NAME);
        }
        for (String form : entity.spoken) {
            check(form, Entity.LONGEST_SPOKEN);
        }
    }

    private static void check(String text, int longest) {
        if (text.codePointCount(0, text.length()) > longest) {
            throw new IllegalArgumentException("expected names of 1 to " + longest + " characters");
        }
    }
}
