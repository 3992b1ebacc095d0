package edgeer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the JSON of a bundle may hold: the definitions of {@code edge_er/data/schemas.json}, in JSON Schema with the few words
 * that {@code edge_er/bundle/schema.py} knows.
 */
final class Schema {
    private static final int SHOWN = 100; // characters of what was found
    private static final double LARGEST = 9007199254740991.0; // the largest whole number that every runtime reads exactly
    private static final List<String> KINDS = Arrays.asList("object", "array", "string", "boolean", "integer", "number");
    private static final String[] NAMES = {"an object", "a list", "a text", "true or false", "a whole number", "a number"};
    private static final int WHOLE = 4; // in KINDS; numbers are from here on
    private static final Map<String, Schema> NAMED = new HashMap<String, Schema>();

    private final Schema[] any; // one of them holds, or, where it is empty,
    private final Schema[] all; // all of them
    private final String other; // the name of the definition that this is
    private final List<Object> known; // the only values
    private final int kind; // in KINDS
    private final boolean nullable;
    private final String[] names; // of fields,
    private final Schema[] properties; // and what each must be
    private final List<Object> required;
    private final Schema rest; // of properties and items that have none of their own
    private final boolean closed;
    private final double least; // of the value, or of its characters, items or fields
    private final double most;
    private final double above;
    private final double below;
    private final Pattern pattern;

    private Schema(Fields schema) {
        any = made(schema.listOrEmpty("anyOf"));
        all = made(schema.listOrEmpty("allOf"));
        other = schema.has("$ref") ? schema.text("$ref").substring("#/$defs/".length()) : null;
        boolean constant = schema.map().containsKey("const");
        known = constant ? Collections.singletonList(schema.map().get("const")) : schema.listOrEmpty("enum");
        Object type = schema.map().get("type");
        nullable = type instanceof List;
        kind = KINDS.indexOf(nullable ? ((List<?>) type).get(0) : type);
        Map<String, Object> fields = schema.objectOrEmpty("properties").map();
        names = fields.keySet().toArray(new String[0]);
        properties = made(new ArrayList<Object>(fields.values()));
        required = schema.listOrEmpty("required");
        Object others = schema.map().get(schema.has("items") ? "items" : "additionalProperties");
        closed = Boolean.FALSE.equals(others);
        rest = others instanceof Map ? new Schema(new Fields(others)) : null;
        least = bound(schema, Double.NEGATIVE_INFINITY, "minimum", "minLength", "minItems");
        most = bound(schema, Double.POSITIVE_INFINITY, "maximum", "maxLength", "maxItems", "maxProperties");
        above = bound(schema, Double.NEGATIVE_INFINITY, "exclusiveMinimum");
        below = bound(schema, Double.POSITIVE_INFINITY, "exclusiveMaximum");
        pattern = schema.has("pattern") ? Pattern.compile(schema.text("pattern")) : null;
    }

    private static Schema[] made(List<Object> schemas) {
        Schema[] made = new Schema[schemas.size()];
        for (int i = 0; i < made.length; i++) {
            made[i] = new Schema(new Fields(schemas.get(i)));
        }
        return made;
    }

    private static double bound(Fields schema, double none, String... names) {
        for (String name : names) {
            if (schema.has(name)) {
                return schema.number(name);
            }
        }
        return none;
    }

    /** The definition of that name. */
    static synchronized Schema named(String name) {
        if (NAMED.isEmpty()) {
            Fields all = new Fields(Json.parse(Tables.bytes("schemas.json"))).object("$defs");
            for (String each : all.map().keySet()) {
                NAMED.put(each, new Schema(all.object(each)));
            }
        }
        return NAMED.get(name);
    }

    /**
     * The fields of a file of JSON that holds an object, checked.
     *
     * @throws IllegalArgumentException where it is no JSON, or not what the definition {@code name} says
     */
    static Fields read(byte[] data, String name) {
        return new Fields(named(name).check(Json.parse(data)));
    }

    /**
     * The value, checked; whole numbers that are written like 3.0 become whole in it.
     *
     * @throws IllegalArgumentException where it is not what this says: where, what was expected and what was found
     */
    Object check(@Nullable Object value) {
        if (other != null) {
            return named(other).check(value);
        }
        if (any.length > 0) {
            return anyOf(value);
        }
        Object checked = value;
        for (Schema each : all) {
            checked = each.check(checked);
        }
        if (all.length > 0 || nullable && value == null) {
            return checked;
        }
        if (!known.isEmpty()) {
            return oneOf(value);
        }
        double size = size(value);
        boolean fits = size >= least && size <= most && size > above && size < below;
        if (!fits || pattern != null && !pattern.matcher((String) value).matches()) {
            throw new Wrong(expected(), value);
        }
        if (value instanceof Map) {
            checkFields(value);
        } else if (value instanceof List) {
            checkItems(value);
        }
        return kind == WHOLE && value instanceof Double ? (Object) ((Double) value).longValue() : value;
    }

    private Object anyOf(@Nullable Object value) {
        Wrong first = null;
        for (Schema each : any) {
            try {
                return each.check(value);
            } catch (Wrong error) {
                first = first == null ? error : first;
            }
        }
        throw first;
    }

    private Object oneOf(@Nullable Object value) {
        for (Object each : known) {
            boolean numbers = each instanceof Number && value instanceof Number;
            if (numbers ? ((Number) each).doubleValue() == ((Number) value).doubleValue() : each == null ? value == null : each.equals(value)) {
                return each;
            }
        }
        throw new Wrong(known.size() == 1 ? String.valueOf(known.get(0)) : "one of " + known, value);
    }

    /** What bounds are of: a number, or how many characters, items or fields there are; no number for another kind. */
    private double size(@Nullable Object value) {
        switch (kind) {
            case 0:
                return value instanceof Map ? ((Map<?, ?>) value).size() : Double.NaN;
            case 1:
                return value instanceof List ? ((List<?>) value).size() : Double.NaN;
            case 2:
                return value instanceof String ? ((String) value).codePointCount(0, ((String) value).length()) : Double.NaN;
            case 3:
                return value instanceof Boolean ? 0 : Double.NaN;
            default:
                double number = value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
                return kind == WHOLE && number != Math.rint(number) ? Double.NaN : number;
        }
    }

    @SuppressWarnings("unchecked")
    private void checkFields(Object value) {
        Map<String, Object> fields = (Map<String, Object>) value;
        for (int i = 0; i < required.size(); i++) {
            if (!fields.containsKey(required.get(i))) {
                throw new Wrong("an object with " + required.get(i), value);
            }
        }
        for (int i = 0; i < names.length; i++) {
            Object field = fields.get(names[i]);
            if (field != null || fields.containsKey(names[i])) {
                Object checked = part(properties[i], field, names[i], -1);
                if (checked != field) {
                    fields.put(names[i], checked);
                }
            }
        }
        if (rest != null || closed) {
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                if (!Arrays.asList(names).contains(field.getKey())) {
                    field.setValue(part(rest, field.getValue(), field.getKey(), -1));
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void checkItems(Object value) {
        List<Object> items = (List<Object>) value;
        for (int i = 0; rest != null && i < items.size(); i++) {
            items.set(i, part(rest, items.get(i), "", i));
        }
    }

    private static Object part(@Nullable Schema inner, @Nullable Object value, String name, int item) {
        try {
            if (inner == null) {
                throw new Wrong("no such field", value);
            }
            return inner.check(value);
        } catch (Wrong error) {
            String place = item < 0 ? name : "[" + item + "]";
            error.path = place + (error.path.isEmpty() || error.path.startsWith("[") ? "" : ".") + error.path;
            throw error;
        }
    }

    private String expected() {
        String range = above > Double.NEGATIVE_INFINITY ? " above " + above + " and below " + below : "";
        boolean from = least > (kind < WHOLE ? 0 : Double.NEGATIVE_INFINITY);
        if (from) {
            range = (kind < WHOLE ? " of " : " from ") + shown(least) + (most < LARGEST ? "" : " up");
        }
        if (most < LARGEST) {
            range += (from ? " to " : " up to ") + shown(most);
        }
        return (pattern == null ? NAMES[kind] : NAMES[kind] + " like " + pattern) + range;
    }

    private static String shown(double bound) {
        return bound == Math.rint(bound) ? String.valueOf((long) bound) : String.valueOf(bound);
    }

    /** A value that is not what a schema says. */
    private static final class Wrong extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final String expected;
        private final transient Object found;
        private String path = "";

        Wrong(String expected, @Nullable Object found) {
            this.expected = expected;
            this.found = found;
        }

        @Override
        public String getMessage() {
            String shown = String.valueOf(found);
            shown = shown.length() > SHOWN ? shown.substring(0, SHOWN) + "..." : shown;
            return path + (path.isEmpty() ? "" : ": ") + "expected " + expected + ", found " + shown;
        }
    }
}
