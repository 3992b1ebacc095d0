package edgeer;

/** A weight [rows, columns] in float32; int8 weights are brought back by their scales when they are read. */
final class Matrix {
    final int rows;
    final int columns;
    final float[] values;

    private Matrix(int rows, int columns, float[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * A weight in float32, or in int8 with a scale for each column.
     *
     * @throws EncoderException where it is missing, or has other than {@code rows} rows
     */
    static Matrix read(OnnxFile file, String name, int rows) {
        Tensor tensor = file.weight(name);
        if (tensor.shape.length != 2 || tensor.shape[0] != rows) {
            throw file.wrongShape(name, rows + " rows");
        }
        int columns = tensor.shape[1];
        if (tensor.type.equals(Tensor.FLOAT32)) {
            return new Matrix(rows, columns, tensor.floats());
        }
        byte[] steps = file.int8(name);
        float[] scales = file.vector(name + ".scale", columns);
        float[] values = new float[steps.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = steps[i] * scales[i % columns];
        }
        return new Matrix(rows, columns, values);
    }

    /** {@code x} [count, rows] times this, plus {@code bias} [columns] or nothing: [count, columns]. */
    float[] times(float[] x, int count, float[] bias) {
        float[] product = new float[count * columns];
        for (int row = 0; row < count; row++) {
            if (bias != null) {
                System.arraycopy(bias, 0, product, row * columns, columns);
            }
            int from = row * rows;
            int i = 0;
            for (; i + 3 < rows; i += 4) {
                addFour(product, row * columns, x[from + i], x[from + i + 1], x[from + i + 2], x[from + i + 3], i);
            }
            for (; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    product[row * columns + j] += x[from + i] * values[i * columns + j];
                }
            }
        }
        return product;
    }

    /** Adds four rows of this, times a, b, c and d: the inner loop, small enough to become vector instructions. */
    private void addFour(float[] sum, int start, float a, float b, float c, float d, int row) {
        float[] w = values;
        int width = columns;
        int first = row * width;
        int second = first + width;
        int third = second + width;
        int fourth = third + width;
        for (int j = 0; j < width; j++) {
            sum[start + j] += a * w[first + j] + b * w[second + j] + c * w[third + j] + d * w[fourth + j];
        }
    }
}
