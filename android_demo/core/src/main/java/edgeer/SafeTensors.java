package edgeer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the arrays of a .safetensors file: eight bytes of length, a JSON header of that length, then the numbers. */
final class SafeTensors {
    private static final String[][] TYPES = {
        {"I8", Tensor.INT8}, {"U8", Tensor.UINT8}, {"I32", Tensor.INT32}, {"F32", Tensor.FLOAT32}
    };

    private SafeTensors() {}

    /**
     * The arrays of {@code data} by name.
     *
     * @throws BundleCorruptException where it is no such file
     */
    static Map<String, Tensor> read(byte[] data, String file) {
        try {
            return arrays(data);
        } catch (RuntimeException error) {
            throw new BundleCorruptException(
                    file + ": no safetensors file (" + error.getMessage() + "); build the bundle again", error);
        }
    }

    /**
     * The array of that name as bytes.
     *
     * @throws BundleCorruptException where there is none of that type and shape
     */
    static byte[] bytes(byte[] data, String file, String name, String type, int... shape) {
        return array(read(data, file), file, name, type, shape).bytes();
    }

    /** The array of that name; a size of -1 may be any. Throws as {@link #bytes}. */
    static Tensor array(Map<String, Tensor> arrays, String file, String name, String type, int... shape) {
        Tensor tensor = arrays.get(name);
        boolean fits = tensor != null && tensor.type.equals(type) && tensor.shape.length == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] < 0 || tensor.shape[i] == shape[i];
        }
        if (!fits) {
            String shown = tensor == null ? "none" : tensor.type + " " + Arrays.toString(tensor.shape);
            throw new BundleCorruptException(file + ": array " + name + ": expected " + type + " " + Arrays.toString(shape)
                    + " (-1 is any size), found " + shown + "; build the bundle again");
        }
        return tensor;
    }

    private static Map<String, Tensor> arrays(byte[] data) {
        if (data.length < 8) {
            throw new IllegalArgumentException("expected 8 bytes or more, found " + data.length);
        }
        long length = ByteReader.int32(data, 0);
        if (ByteReader.int32(data, 4) != 0 || length < 0 || length > data.length - 8) {
            throw new IllegalArgumentException("its header is longer than the file");
        }
        int start = 8 + (int) length;
        Map<String, Object> header = Json.parseObject(new String(data, 8, (int) length, Bundle.UTF_8));
        Map<String, Tensor> arrays = new LinkedHashMap<String, Tensor>();
        for (Map.Entry<String, Object> entry : header.entrySet()) {
            if (!entry.getKey().equals("__metadata__")) {
                Fields fields = new Fields(entry.getValue(), entry.getKey());
                arrays.put(entry.getKey(), array(entry.getKey(), fields, data, start));
            }
        }
        return arrays;
    }

    private static Tensor array(String name, Fields fields, byte[] data, int start) {
        List<Object> sizes = fields.list("shape");
        int[] shape = new int[sizes.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = Fields.whole(sizes.get(i), name + ".shape");
        }
        List<Object> ends = fields.list("data_offsets");
        if (ends.size() != 2) {
            throw new IllegalArgumentException("expected two data_offsets of " + name + ", found " + ends);
        }
        int from = Fields.whole(ends.get(0), name + ".data_offsets");
        int to = Fields.whole(ends.get(1), name + ".data_offsets");
        if (from < 0 || to < from || to > data.length - start) {
            throw new IllegalArgumentException("array " + name + " reaches over the end of the file");
        }
        String code = fields.text("dtype");
        for (String[] type : TYPES) {
            if (type[0].equals(code)) {
                return new Tensor(name, type[1], shape, data, start + from, to - from);
            }
        }
        throw new IllegalArgumentException("array " + name + ": numbers of type " + code + " are not known");
    }
}
