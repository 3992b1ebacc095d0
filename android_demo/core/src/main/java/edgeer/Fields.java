package edgeer;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The fields of a JSON object that was checked against its {@link Schema}: what is asked for is there, and of its kind. */
final class Fields {
    static final Fields EMPTY = new Fields(Collections.emptyMap());

    private final Map<String, Object> values;

    @SuppressWarnings("unchecked")
    Fields(Object values) {
        this.values = (Map<String, Object>) values;
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    Map<String, Object> map() {
        return values;
    }

    Fields object(String name) {
        return new Fields(values.get(name));
    }

    Fields objectOrEmpty(String name) {
        return has(name) ? object(name) : EMPTY;
    }

    String text(String name) {
        return (String) values.get(name);
    }

    @SuppressWarnings("unchecked")
    List<Object> list(String name) {
        return (List<Object>) values.get(name);
    }

    /** The list of that name; an empty one where there is none. */
    List<Object> listOrEmpty(String name) {
        return has(name) ? list(name) : Collections.emptyList();
    }

    double number(String name) {
        return ((Number) values.get(name)).doubleValue();
    }

    /** The number of that name; another one where there is none. */
    double number(String name, double byDefault) {
        return has(name) ? number(name) : byDefault;
    }

    int whole(String name) {
        return whole(values.get(name));
    }

    /** A whole number; an {@link ArithmeticException} where it is none, or too large. */
    static int whole(Object value) {
        int whole = ((Number) value).intValue();
        if (whole != ((Number) value).doubleValue()) {
            throw new ArithmeticException(value + ": expected a whole number");
        }
        return whole;
    }
}
