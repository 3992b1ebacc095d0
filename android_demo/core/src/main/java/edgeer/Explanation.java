package edgeer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Why a candidate stands where it does: which form of it matched, and the summands of its score. */
public final class Explanation {
    /** Of the entity. */
    public final String id;
    /** Of the entity. */
    public final String name;
    /** The surface form that matched best. */
    public final String form;
    /** In units of the cosine. */
    public final double score;
    /** How far the score is above that of the next candidate; 0 if there is none. */
    public final double margin;
    /** The summands of the score by name; "favour" and "head" only where they add something. */
    public final Map<String, Double> parts;
    /** The features that the confidence is made of. */
    public final Map<String, Double> signs;

    Explanation(Entity entity, String form, Candidate candidate, double below, double unit, Map<String, Double> signs) {
        this.id = entity.id;
        this.name = entity.name;
        this.form = form;
        this.score = candidate.score / unit;
        this.margin = (candidate.score - below) / unit;
        this.signs = Collections.unmodifiableMap(signs);
        Map<String, Double> parts = new LinkedHashMap<String, Double>();
        for (int part = 0; part < candidate.parts.length; part++) {
            if (part < Candidate.FAVOUR || candidate.parts[part] != 0) {
                parts.put(Candidate.PARTS[part], candidate.parts[part] / unit);
            }
        }
        this.parts = Collections.unmodifiableMap(parts);
    }
}
