package edgeer;

import java.util.List;
import java.util.Map;

/** Values as {@link Json} reads them, written as JSON text in one line. */
final class JsonText {
    private JsonText() {}

    /**
     * @throws IllegalArgumentException where a value is nothing that JSON knows
     */
    static String of(Object value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        if (value instanceof Map) {
            char before = '{';
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                text.append(before);
                quote(String.valueOf(entry.getKey()), text);
                text.append(':');
                write(entry.getValue(), text);
                before = ',';
            }
            text.append(before == '{' ? "{}" : "}");
        } else if (value instanceof List) {
            char before = '[';
            for (Object each : (List<?>) value) {
                text.append(before);
                write(each, text);
                before = ',';
            }
            text.append(before == '[' ? "[]" : "]");
        } else if (value instanceof String) {
            quote((String) value, text);
        } else if (value == null || value instanceof Boolean || value instanceof Number && isFinite((Number) value)) {
            text.append(value);
        } else {
            throw new IllegalArgumentException("expected text, numbers, lists or mappings, found " + value);
        }
    }

    private static boolean isFinite(Number value) {
        return !Double.isNaN(value.doubleValue()) && !Double.isInfinite(value.doubleValue());
    }

    private static void quote(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char letter = value.charAt(i);
            if (letter == '"' || letter == '\\') {
                text.append('\\').append(letter);
            } else if (letter < ' ' || Character.isSurrogate(letter)) {
                text.append("\\u").append(Integer.toHexString(0x10000 | letter).substring(1));
            } else {
                text.append(letter);
            }
        }
        text.append('"');
    }
}
