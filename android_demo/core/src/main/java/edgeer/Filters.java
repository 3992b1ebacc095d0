package edgeer;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which entities may answer, by values of their metadata or by ids, as {@code edge_er/ranking/filters.py} defines it. */
final class Filters {
    private static final String STREAMS = "streams";

    private Filters() {}

    /**
     * Whether each entity of a catalog may answer; null where there is no filter.
     *
     * @throws FilterException where no entity has a field of {@code where}, or a value cannot be compared
     */
    @Nullable
    static boolean[] allowed(Catalog catalog, @Nullable Map<String, ?> where, @Nullable Collection<String> ids) {
        if (where == null && ids == null) {
            return null;
        }
        boolean[] allowed = new boolean[catalog.size()];
        Set<String> named = ids == null ? null : new HashSet<String>(ids);
        for (int index = 0; index < allowed.length; index++) {
            allowed[index] = named == null || named.contains(catalog.entity(index).id);
        }
        if (where != null) {
            for (Map.Entry<String, ?> condition : where.entrySet()) {
                narrow(allowed, catalog, condition.getKey(), wanted(condition));
            }
        }
        return allowed;
    }

    private static void narrow(boolean[] allowed, Catalog catalog, String field, Set<Object> wanted) {
        boolean known = false;
        for (int index = 0; index < allowed.length; index++) {
            Map<String, Object> metadata = catalog.entity(index).metadata;
            boolean has = metadata.containsKey(field) && !field.equals(STREAMS);
            known |= has;
            allowed[index] &= has && hasAny(metadata.get(field), wanted);
        }
        if (!known) {
            throw new FilterException(
                    "where: no entity has a field '" + field + "'; the catalog has: " + fields(catalog));
        }
    }

    private static boolean hasAny(@Nullable Object value, Set<Object> wanted) {
        if (!(value instanceof List)) {
            return wanted.contains(key(value));
        }
        for (Object each : (List<?>) value) {
            if (wanted.contains(key(each))) {
                return true;
            }
        }
        return false;
    }

    /** Keys of the values that fit. */
    private static Set<Object> wanted(Map.Entry<String, ?> condition) {
        Object told = condition.getValue();
        Collection<?> values = told instanceof Collection ? (Collection<?>) told : Collections.singleton(told);
        Set<Object> keys = new HashSet<Object>();
        for (Object each : values) {
            if (each != null && !(each instanceof String) && !(each instanceof Number) && !(each instanceof Boolean)) {
                throw new FilterException("where, field '" + condition.getKey()
                        + "': expected a text, a number, a truth value, or a collection of them, found " + each);
            }
            keys.add(key(each));
        }
        if (keys.size() > Bounds.FILTER_VALUES) {
            throw new FilterException("where, field '" + condition.getKey() + "': expected " + Bounds.FILTER_VALUES
                    + " distinct values at most");
        }
        return keys;
    }

    /** Numbers of any kind are equal where their values are. */
    private static Object key(@Nullable Object value) {
        return value instanceof Number ? (Object) ((Number) value).doubleValue() : value;
    }

    private static String fields(Catalog catalog) {
        Set<String> names = new TreeSet<String>();
        for (int index = 0; index < catalog.size(); index++) {
            names.addAll(catalog.entity(index).metadata.keySet());
        }
        names.remove(STREAMS);
        String listed = names.toString();
        return names.isEmpty() ? "no metadata" : listed.substring(1, listed.length() - 1);
    }
}
