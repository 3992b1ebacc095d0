package edgeer.demo;

import edgeer.EntityResolver;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;

/** What a bundle says about itself. */
final class Manifests {
    private Manifests() {}

    /** The object of that name; an empty one where there is none. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, Object> values, String name) {
        Object found = values.get(name);
        return found instanceof Map ? (Map<String, Object>) found : Collections.<String, Object>emptyMap();
    }

    /** Recall@1 in the bundle's language by kind of request: ".98 text, .93 asr, .81 noisy". */
    static String recallAt1(EntityResolver resolver) {
        Map<String, Object> report = object(object(resolver.manifest(), "report"), "recall_at_1");
        Map<String, Object> strata = object(report, resolver.lang());
        StringBuilder text = new StringBuilder();
        for (String stratum : strata.keySet()) {
            Object value = object(strata, stratum).get("value");
            if (value instanceof Number) {
                text.append(text.length() == 0 ? "" : ", ")
                        .append(String.format(Locale.ROOT, "%.2f ", ((Number) value).doubleValue()))
                        .append(stratum);
            }
        }
        return text.toString();
    }
}
