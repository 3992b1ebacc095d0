package edgeer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the arrays of a .safetensors file: eight bytes of length, a JSON header of that length, then the numbers. */
final class SafeTensors {
    private static final String[][] TYPES = {
        {"I8", Tensor.INT8}, {"U8", Tensor.UINT8}, {"I32", Tensor.INT32}, {"U32", Tensor.UINT32}
    };

    private SafeTensors() {}

    /**
     * The arrays of {@code data} by name.
     *
     * @throws IllegalArgumentException where it is no such file
     */
    static Map<String, Tensor> read(byte[] data, String file) {
        try {
            return arrays(data);
        } catch (RuntimeException error) { // a header may say anything
            throw new IllegalArgumentException(file + ": no safetensors file (" + error.getMessage() + ")", error);
        }
    }

    /**
     * The array of that name; a size of -1 may be any.
     *
     * @throws IllegalArgumentException where there is none of that type and shape
     */
    static Tensor array(Map<String, Tensor> arrays, String file, String name, String type, int... shape) {
        Tensor tensor = arrays.get(name);
        boolean fits = tensor != null && tensor.type.equals(type) && tensor.shape.length == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] < 0 || tensor.shape[i] == shape[i];
        }
        if (!fits) {
            String shown = tensor == null ? "none" : tensor.type + " " + Arrays.toString(tensor.shape);
            throw new IllegalArgumentException(file + ": array " + name + ": expected " + type + " " + Arrays.toString(shape)
                    + " (-1 is any size), found " + shown);
        }
        return tensor;
    }

    /** What the format calls a type. */
    static String code(String type) {
        for (String[] each : TYPES) {
            if (each[1].equals(type)) {
                return each[0];
            }
        }
        throw new IllegalArgumentException("numbers of type " + type + " are not known");
    }

    private static Map<String, Tensor> arrays(byte[] data) {
        int length = ByteReader.int32(data, 0);
        if (ByteReader.int32(data, 4) != 0 || length < 0 || length > data.length - 8) {
            throw new IllegalArgumentException("its header is longer than the file");
        }
        Fields header = new Fields(new Json(data, null).parse(8, 8 + length));
        Map<String, Tensor> arrays = new LinkedHashMap<String, Tensor>();
        for (String name : header.map().keySet()) {
            if (!name.equals("__metadata__")) {
                arrays.put(name, array(name, header.object(name), data, 8 + length));
            }
        }
        return arrays;
    }

    private static Tensor array(String name, Fields fields, byte[] data, int start) {
        int[] shape = new int[fields.list("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = Fields.whole(fields.list("shape").get(i));
        }
        List<Object> ends = fields.list("data_offsets");
        int from = Fields.whole(ends.get(0));
        int to = Fields.whole(ends.get(1));
        if (ends.size() != 2 || from < 0 || to < from || to > data.length - start) {
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
