package edgeer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 in hexadecimal digits. */
final class Checksum {
    private static final String DIGITS = "0123456789abcdef";

    private Checksum() {}

    static String of(byte[] data, int start, int length) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException error) {
            throw new EdgeErException("this machine has no SHA-256, which every Java must have", error);
        }
        digest.update(data, start, length);
        StringBuilder text = new StringBuilder();
        for (byte each : digest.digest()) {
            text.append(DIGITS.charAt(each >> 4 & 15)).append(DIGITS.charAt(each & 15));
        }
        return text.toString();
    }
}
