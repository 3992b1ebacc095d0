package edgeer;

import java.util.HashMap;
import java.util.Map;

/**
 * The weights of an ONNX file by name, and the epsilon of its layer normalisation: all that a reader needs who knows the
 * graph.
 */
final class OnnxFile {
    private static final int GRAPH = 7;
    private static final int NODE = 1;
    private static final int INITIALIZER = 5;
    private static final int OP_TYPE = 4;
    private static final int ATTRIBUTE = 5;
    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_FLOAT = 2;
    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int MOST_DIMS = 8;

    private final Map<String, Tensor> weights = new HashMap<String, Tensor>();
    private final String file;
    private float epsilon = Float.NaN;

    /**
     * @throws EncoderException where {@code data} is no ONNX file
     */
    OnnxFile(byte[] data, String file) {
        this.file = file;
        ByteReader reader = new ByteReader(data, file);
        while (reader.more()) {
            Field field = new Field(reader);
            if (field.number == GRAPH && field.bytes != null) {
                readGraph(field.bytes);
            }
        }
    }

    boolean has(String name) {
        return weights.containsKey(name);
    }

    /**
     * @throws EncoderException where there is no such weight
     */
    Tensor weight(String name) {
        Tensor value = weights.get(name);
        if (value == null) {
            throw new EncoderException(
                    file + ": no weight " + name + ", so this is no encoder that this library knows; export it again");
        }
        return value;
    }

    /** What layer normalisation adds to the variance. */
    float epsilon() {
        if (!(epsilon > 0)) {
            throw new EncoderException(file + ": no layer normalisation; export the encoder again");
        }
        return epsilon;
    }

    /** A weight that is of another shape or type than the graph's. */
    EncoderException wrongShape(String name, String expected) {
        return new EncoderException(file + ": weight " + name + ": expected " + expected + "; export it again");
    }

    /** A float32 weight of {@code length} numbers; throws where it is missing or another. */
    float[] vector(String name, int length) {
        Tensor tensor = weight(name);
        if (!tensor.type.equals(Tensor.FLOAT32) || tensor.size() != length) {
            throw wrongShape(name, length + " numbers in float32");
        }
        return tensor.floats();
    }

    /**
     * The scales of a weight in int8, {@code count} of them; null for one in float32.
     *
     * @throws EncoderException where it is of another type, or has other scales
     */
    float[] scales(String name, int count) {
        if (weight(name).type.equals(Tensor.FLOAT32)) {
            return null;
        }
        if (!weight(name).type.equals(Tensor.INT8)) {
            throw wrongShape(name, "int8 or float32");
        }
        return vector(name + ".scale", count);
    }

    private void readGraph(ByteReader graph) {
        while (graph.more()) {
            Field field = new Field(graph);
            if (field.number == INITIALIZER && field.bytes != null) {
                readWeight(field.bytes);
            } else if (field.number == NODE && field.bytes != null && Float.isNaN(epsilon)) {
                readNode(field.bytes);
            }
        }
    }

    private void readNode(ByteReader node) {
        float value = Float.NaN;
        boolean normalises = false;
        while (node.more()) {
            Field field = new Field(node);
            if (field.number == OP_TYPE && field.bytes != null) {
                normalises = field.bytes.text().equals("LayerNormalization");
            } else if (field.number == ATTRIBUTE && field.bytes != null) {
                boolean named = false;
                while (field.bytes.more()) {
                    Field part = new Field(field.bytes);
                    if (part.number == ATTRIBUTE_NAME && part.bytes != null) {
                        named = part.bytes.text().equals("epsilon");
                    } else if (part.number == ATTRIBUTE_FLOAT && named) {
                        value = part.value;
                    }
                }
            }
        }
        if (normalises) {
            epsilon = value;
        }
    }

    private void readWeight(ByteReader tensor) {
        int[] dims = new int[MOST_DIMS];
        int count = 0;
        String name = "";
        String type = null;
        ByteReader raw = null;
        while (tensor.more()) {
            Field field = new Field(tensor);
            if (field.number == DIMS && field.bytes == null && count < MOST_DIMS) {
                dims[count++] = field.whole < 0 || field.whole > Integer.MAX_VALUE ? -1 : (int) field.whole;
            } else if (field.number == DIMS && field.bytes != null) { // several in one field
                while (field.bytes.more() && count < MOST_DIMS) {
                    long size = field.bytes.varint();
                    dims[count++] = size < 0 || size > Integer.MAX_VALUE ? -1 : (int) size;
                }
            } else if (field.number == DATA_TYPE) {
                type = type((int) field.whole);
            } else if (field.number == TENSOR_NAME && field.bytes != null) {
                name = field.bytes.text();
            } else if (field.number == RAW_DATA) {
                raw = field.bytes;
            }
        }
        if (type != null && raw != null) {
            int[] shape = new int[count];
            System.arraycopy(dims, 0, shape, 0, count);
            weights.put(name, new Tensor(name, type, shape, raw.data, raw.place(), raw.left()));
        }
    }

    private static String type(int code) {
        switch (code) {
            case 1:
                return Tensor.FLOAT32;
            case 3:
                return Tensor.INT8;
            case 7:
                return Tensor.INT64;
            default:
                return null;
        }
    }

    /** One field of a message: a whole number, a float, or bytes. */
    private static final class Field {
        final int number;
        long whole;
        float value;
        ByteReader bytes;

        Field(ByteReader reader) {
            long key = reader.varint();
            number = (int) (key >>> 3);
            switch ((int) (key & 7)) {
                case 0:
                    whole = reader.varint();
                    break;
                case 1:
                    reader.skip(8);
                    break;
                case 2:
                    bytes = reader.part(reader.varint());
                    break;
                case 5:
                    value = reader.float32();
                    break;
                default:
                    reader.skip(-1); // no such kind: damaged
            }
        }
    }
}
