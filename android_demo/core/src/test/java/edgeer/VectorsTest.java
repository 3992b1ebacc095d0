package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertSame;

import java.util.Random;
import org.junit.Test;

/** The scan in float32 beside a loop over whole numbers, and the arrays that requests share. */
public final class VectorsTest {
    private static byte[] bytes(Random random, int count, int most) {
        byte[] values = new byte[count];
        for (int i = 0; i < count; i++) {
            values[i] = (byte) (random.nextInt(2 * most + 1) - most);
        }
        return values;
    }

    @Test
    public void dotProductsAreExactInAnyNumberOfDimensions() {
        Random random = new Random(7);
        for (int dim : new int[] {1, 3, 64, 1023, 1024, 1025, 5000}) {
            int forms = 9;
            byte[] rows = bytes(random, forms * dim, 127);
            byte[] request = bytes(random, dim, 127);
            for (int i = 0; i < dim; i++) {
                rows[i] = 127; // the largest sums there are
                request[i] = dim == 5000 ? 127 : request[i];
            }
            Vectors vectors = new Vectors(rows, dim);
            Scratch.Keeper keeper = new Scratch.Keeper(forms);
            for (int time = 0; time < 2; time++) { // the second time in used arrays
                Scratch scratch = keeper.take();
                int[] found = vectors.dots(request, scratch);
                for (int form = 0; form < forms; form++) {
                    int sum = 0;
                    for (int i = 0; i < dim; i++) {
                        sum += rows[form * dim + i] * request[i];
                    }
                    assertEquals(dim + " dimensions", sum, found[form]);
                }
                keeper.giveBack(scratch);
            }
        }
    }

    @Test
    public void arraysAreKeptForTheNextRequestAndEmptied() {
        Scratch.Keeper keeper = new Scratch.Keeper(2);
        Scratch first = keeper.take();
        assertNotSame(first, keeper.take()); // a request at the same time
        int[] numbers = first.numbers();
        boolean[] marks = first.marks();
        numbers[1] = 5;
        marks[1] = true;
        keeper.giveBack(first);
        Scratch next = keeper.take();
        assertSame(numbers, next.numbers());
        assertSame(marks, next.marks());
        assertEquals(0, numbers[1]);
        assertEquals(false, marks[1]);
        assertNotSame(numbers, next.numbers());
    }
}
