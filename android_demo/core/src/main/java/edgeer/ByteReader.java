package edgeer;

/** Little-endian numbers from bytes, with every step checked: reading past the end is an {@link EncoderException}. */
final class ByteReader {
    private static final int LONGEST_VARINT = 70;

    final byte[] data;
    private final String file;
    private final int end;
    private int at;

    ByteReader(byte[] data, String file) {
        this(data, file, 0, data.length);
    }

    private ByteReader(byte[] data, String file, int start, int end) {
        this.data = data;
        this.file = file;
        this.at = start;
        this.end = end;
    }

    boolean more() {
        return at < end;
    }

    int place() {
        return at;
    }

    int left() {
        return end - at;
    }

    /** The next {@code length} bytes as a reader of their own. */
    ByteReader part(long length) {
        int start = at;
        skip(length);
        return new ByteReader(data, file, start, at);
    }

    void skip(long length) {
        if (length < 0 || length > end - at) {
            throw new EncoderException(file + ": ends in the middle, at byte " + data.length + "; export it again");
        }
        at += (int) length;
    }

    /** A number of protocol buffers: seven bits a byte, the lowest first. */
    long varint() {
        long value = 0;
        for (int shift = 0; shift < LONGEST_VARINT; shift += 7) {
            int place = at;
            skip(1);
            value |= (long) (data[place] & 0x7f) << shift;
            if (data[place] >= 0) {
                return value;
            }
        }
        throw new EncoderException(file + ": damaged at byte " + at + "; export it again");
    }

    float float32() {
        int place = at;
        skip(4);
        return Float.intBitsToFloat(int32(data, place));
    }

    /** The text of all bytes that are left. */
    String text() {
        int start = at;
        at = end;
        return new String(data, start, end - start, Bundle.UTF_8);
    }

    static int int32(byte[] data, int at) {
        return data[at] & 0xff | (data[at + 1] & 0xff) << 8 | (data[at + 2] & 0xff) << 16 | data[at + 3] << 24;
    }

    /** Whether a text of Latin letters stands in {@code data} from {@code at} on. */
    static boolean startsWith(byte[] data, int at, String wanted) {
        if (at + wanted.length() > data.length) {
            return false;
        }
        for (int i = 0; i < wanted.length(); i++) {
            if (data[at + i] != (byte) wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
