package edgeer;

/** Words that names have. */
interface KnownWords {
    boolean has(String word);
}
