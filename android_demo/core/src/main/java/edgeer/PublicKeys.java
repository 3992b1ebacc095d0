package edgeer;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Public keys of P-256, and the signatures of manifests. */
final class PublicKeys {
    private static final String SIGNATURE = "\"value\": \"";
    private static final String SEAL = "\"manifest_sha256\": \"";
    private static final int DIGITS = 128;
    private static final int HASH = 64;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]*)-----END PUBLIC KEY-----");
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    /** DER of a public key of P-256 before the 64 bytes of its point. */
    private static final byte[] CURVE = new BigInteger("3059301306072a8648ce3d020106082a8648ce3d03010703420004", 16).toByteArray();

    private final Map<String, PublicKey> keys = new LinkedHashMap<String, PublicKey>();

    /** Throws as {@link Trust#key}. */
    void add(String pem) {
        Matcher found = PEM.matcher(pem == null ? "" : pem.trim());
        byte[] der = decoded(found.matches() ? found.group(1).replaceAll("\\s", "") : "");
        if (der.length != CURVE.length + 64 || !Arrays.equals(Arrays.copyOf(der, CURVE.length), CURVE)) {
            throw new BundleException("expected a public key of P-256 in PEM, as edge-er keygen writes it");
        }
        try {
            PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
            keys.put(Checksum.of(der, 0, der.length), key);
        } catch (GeneralSecurityException error) {
            throw new BundleException("expected a public key of P-256, found another one (" + error.getMessage() + ")", error);
        }
    }

    /** Throws as {@link Trust#check}. */
    void check(Fields manifest, byte[] data, String place) {
        if (!manifest.has("signature")) {
            throw new BundleUntrustedException(place + ": not signed");
        }
        Fields signature = manifest.object("signature");
        PublicKey key = keys.get(signature.text("key"));
        if (key == null) {
            throw new BundleUntrustedException(
                    place + ": signed by the key " + signature.text("key") + ", none of the " + keys.size() + " trusted ones");
        }
        if (!verifies(key, signature.text("value"), data)) {
            throw new BundleUntrustedException(place + ": the signature is not one of the key " + signature.text("key"));
        }
    }

    private static boolean verifies(PublicKey key, String value, byte[] data) {
        String text = new String(data, Bundle.LATIN);
        int at = text.indexOf(SIGNATURE) + SIGNATURE.length();
        int seal = text.indexOf(SEAL) + SEAL.length();
        if (!text.startsWith(value, at)) {
            return false;
        }
        byte[] blank = data.clone();
        Arrays.fill(blank, at, at + DIGITS, (byte) '0');
        Arrays.fill(blank, seal, seal + HASH, (byte) '0');
        try {
            Signature check = Signature.getInstance("SHA256withECDSA");
            check.initVerify(key);
            check.update(blank);
            return check.verify(sequence(value));
        } catch (GeneralSecurityException error) {
            return false; // r or s is 0
        }
    }

    /** The two numbers of a signature in DER, as Java reads them. */
    private static byte[] sequence(String value) {
        byte[] r = new BigInteger(value.substring(0, DIGITS / 2), 16).toByteArray();
        byte[] s = new BigInteger(value.substring(DIGITS / 2), 16).toByteArray();
        byte[] der = new byte[6 + r.length + s.length];
        der[0] = 0x30;
        der[1] = (byte) (der.length - 2);
        der[2] = 2;
        der[3] = (byte) r.length;
        System.arraycopy(r, 0, der, 4, r.length);
        der[4 + r.length] = 2;
        der[5 + r.length] = (byte) s.length;
        System.arraycopy(s, 0, der, 6 + r.length, s.length);
        return der;
    }

    /** What base64 says; Java 7 and old Androids have no decoder in common. */
    private static byte[] decoded(String text) {
        String letters = text.replaceAll("=+$", "");
        byte[] bytes = new byte[letters.length() * 6 / 8];
        int held = 0;
        int bits = 0;
        int size = 0;
        for (int i = 0; i < letters.length(); i++) {
            held = (held << 6 | LETTERS.indexOf(letters.charAt(i))) & 0xffff;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                bytes[size++] = (byte) (held >> bits);
            }
        }
        return bytes;
    }
}
