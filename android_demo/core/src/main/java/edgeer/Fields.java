package edgeer;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The fields of a JSON object; what is missing or of another kind is an {@link IllegalArgumentException} with its name. */
final class Fields {
    static final Fields EMPTY = new Fields(Collections.emptyMap(), "");

    private final Map<String, Object> values;
    private final String place;

    /**
     * @param place where the object stands, for messages
     */
    @SuppressWarnings("unchecked")
    Fields(Object values, String place) {
        if (!(values instanceof Map)) {
            throw new IllegalArgumentException(place + ": expected an object, found " + values);
        }
        this.values = (Map<String, Object>) values;
        this.place = place;
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    Map<String, Object> map() {
        return values;
    }

    Fields object(String name) {
        return new Fields(values.get(name), place + "." + name);
    }

    Fields objectOrEmpty(String name) {
        return has(name) ? object(name) : EMPTY;
    }

    /** A whole number from {@code least} up. */
    int wholeFrom(int least, String name) {
        int value = whole(name);
        if (value < least) {
            throw wrong(name, "a whole number from " + least + " up");
        }
        return value;
    }

    String text(String name) {
        if (values.get(name) instanceof String) {
            return (String) values.get(name);
        }
        throw wrong(name, "text");
    }

    @SuppressWarnings("unchecked")
    List<Object> list(String name) {
        if (values.get(name) instanceof List) {
            return (List<Object>) values.get(name);
        }
        throw wrong(name, "a list");
    }

    /** The list of that name; an empty one where there is none. */
    List<Object> listOrEmpty(String name) {
        return has(name) ? list(name) : Collections.emptyList();
    }

    double number(String name) {
        if (values.get(name) instanceof Number) {
            return ((Number) values.get(name)).doubleValue();
        }
        throw wrong(name, "a number");
    }

    int whole(String name) {
        return whole(values.get(name), place + "." + name);
    }

    static int whole(Object value, String place) {
        if (value instanceof Long && ((Long) value).intValue() == (Long) value) {
            return ((Long) value).intValue();
        }
        throw new IllegalArgumentException(place + ": expected a whole number, found " + value);
    }

    private IllegalArgumentException wrong(String name, String expected) {
        String found = String.valueOf(values.get(name));
        return new IllegalArgumentException(
                place + "." + name + ": expected " + expected + ", found "
                        + (found.length() > 60 ? found.substring(0, 60) + "…" : found));
    }
}
