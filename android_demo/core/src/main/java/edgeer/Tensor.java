package edgeer;

import java.io.ByteArrayOutputStream;

/** A named array inside a file: its shape, its type, and where its bytes stand. */
final class Tensor {
    static final String INT8 = "int8";
    static final String UINT8 = "uint8";
    static final String INT32 = "int32";
    static final String UINT32 = "uint32";
    static final String INT64 = "int64";
    static final String FLOAT32 = "float32";

    final String type;
    final int[] shape;
    private final byte[] data;
    private final int start;

    /**
     * @throws EncoderException where the bytes are not as many as the shape says
     */
    Tensor(String name, String type, int[] shape, byte[] data, int start, int length) {
        this.type = type;
        this.shape = shape;
        this.data = data;
        this.start = start;
        long bytes = width(type);
        for (int size : shape) {
            bytes = size < 0 || bytes > Integer.MAX_VALUE ? Long.MAX_VALUE : bytes * size;
        }
        if (bytes != length) {
            throw new EncoderException(
                    "array " + name + ": expected " + bytes + " bytes for its shape, found " + length + "; build it again");
        }
    }

    static int width(String type) {
        if (INT64.equals(type)) {
            return 8;
        }
        return INT8.equals(type) || UINT8.equals(type) ? 1 : 4;
    }

    int size() {
        int size = 1;
        for (int length : shape) {
            size *= length;
        }
        return size;
    }

    /** Writes the bytes of the rows from {@code first} to {@code end}. */
    void copyTo(ByteArrayOutputStream out, int first, int end) {
        int row = size() / Math.max(shape[0], 1) * width(type);
        if (end > shape[0]) {
            throw new IllegalArgumentException("expected " + end + " rows, found " + shape[0]);
        }
        out.write(data, start + first * row, (end - first) * row);
    }

    /** The number at a place of an array of bytes. */
    byte int8(int at) {
        return data[start + at];
    }

    /** The number at a place of an array of float32. */
    float float32(int at) {
        return Float.intBitsToFloat(ByteReader.int32(data, start + 4 * at));
    }

    int[] ints() {
        int width = width(type);
        int[] values = new int[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ByteReader.int32(data, start + width * i);
        }
        return values;
    }

    float[] floats() {
        float[] values = new float[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = float32(i);
        }
        return values;
    }
}
