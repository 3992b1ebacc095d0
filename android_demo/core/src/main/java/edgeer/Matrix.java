package edgeer;

import java.util.Arrays;

/** A weight [rows, columns] in float32; int8 weights are brought back by their scales when they are read. */
final class Matrix {
    final int rows;
    final int columns;
    private final float[][] values; // each row an array of its own, for loops over one index become vector instructions

    /**
     * A weight in float32, or in int8 with a scale for each column.
     *
     * @throws EncoderException where it is missing, or has other than {@code rows} rows
     */
    Matrix(OnnxFile file, String name, int rows) {
        Tensor tensor = file.weight(name);
        if (tensor.shape.length != 2 || tensor.shape[0] != rows) {
            throw file.wrongShape(name, rows + " rows");
        }
        this.rows = rows;
        columns = tensor.shape[1];
        float[] scales = file.scales(name, columns);
        values = new float[rows][columns];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < columns; i++) {
                int at = row * columns + i;
                values[row][i] = scales == null ? tensor.float32(at) : tensor.int8(at) * scales[i];
            }
        }
    }

    /** {@code x} [count, rows] times this, plus {@code bias} [columns] or nothing: [count, columns]. */
    float[] times(float[] x, int count, float[] bias) {
        float[] product = new float[count * columns];
        times(x, count, bias, product, new float[columns]);
        return product;
    }

    /** The same, put into {@code product}, which may be longer; {@code sum} [columns] is overwritten. */
    void times(float[] x, int count, float[] bias, float[] product, float[] sum) {
        for (int row = 0; row < count; row++) {
            if (bias == null) {
                Arrays.fill(sum, 0);
            } else {
                System.arraycopy(bias, 0, sum, 0, columns);
            }
            int from = row * rows;
            int i = 0;
            for (; i + 3 < rows; i += 4) {
                addFour(sum, x[from + i], x[from + i + 1], x[from + i + 2], x[from + i + 3], i);
            }
            for (; i < rows; i++) {
                addOne(sum, x[from + i], values[i]);
            }
            System.arraycopy(sum, 0, product, row * columns, columns);
        }
    }

    /** Adds four rows of this, times a, b, c and d: the inner loop, plain enough to become vector instructions. */
    private void addFour(float[] sum, float a, float b, float c, float d, int row) {
        float[] first = values[row];
        float[] second = values[row + 1];
        float[] third = values[row + 2];
        float[] fourth = values[row + 3];
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a * first[j] + b * second[j] + c * third[j] + d * fourth[j];
        }
    }

    /** Adds a row, times a. */
    static void addOne(float[] sum, float a, float[] row) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a * row[j];
        }
    }
}
