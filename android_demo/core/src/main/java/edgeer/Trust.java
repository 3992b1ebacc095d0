package edgeer;

/**
 * What a bundle must be: the one of a checksum, or signed by one of some keys (ECDSA with the curve P-256), as {@code
 * edge_er/bundle/trust.py} makes and checks signatures.
 *
 * <pre>
 * EntityResolver.load(new File("radio_es"), new Trust().key(ours));
 * </pre>
 */
public final class Trust {
    private String sha256;
    private PublicKeys keys; // an app that gives none does not carry their class

    /**
     * Only the bundle with this checksum: {@code manifest_sha256} of its manifest.
     *
     * @throws IllegalArgumentException where it is no SHA-256
     */
    public Trust sha256(String digits) {
        if (digits == null || !digits.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("expected sha256 as 64 hexadecimal digits, found " + digits);
        }
        sha256 = digits;
        return this;
    }

    /**
     * Only bundles that this key has signed, or another one that was given here.
     *
     * @param pem a public key as {@code edge-er keygen} writes it
     * @throws BundleException where it is no public key of P-256
     */
    public Trust key(String pem) {
        keys = keys == null ? new PublicKeys() : keys;
        keys.add(pem);
        return this;
    }

    /**
     * Checks a manifest whose own checksum was checked.
     *
     * @throws BundleUntrustedException where it is another bundle, unsigned, or signed by nobody who is trusted
     */
    void check(Fields manifest, byte[] data, String place) {
        if (sha256 != null && !sha256.equals(manifest.text("manifest_sha256"))) {
            throw new BundleUntrustedException(
                    place + ": another bundle than the pinned one: " + manifest.text("manifest_sha256"));
        }
        if (keys != null) {
            keys.check(manifest, data, place);
        }
    }
}
