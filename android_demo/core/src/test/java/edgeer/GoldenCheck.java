package edgeer;

import java.io.IOException;
import java.util.List;

/**
 * The golden requests on this JVM, counted as {@code tools/golden/check.py} does it in Python:
 *
 * <pre>java edgeer.GoldenCheck</pre>
 *
 * It asks through what is left of the classes in the signed APK, so that it can run on these too ({@code test_apk.sh}).
 */
public final class GoldenCheck {
    private static final int K = 5;

    int requests;
    int tokenIds;
    int vectors;
    int first;
    int decisions;
    int differing;
    int mostInOne;
    double within;

    static GoldenCheck ofAllRows() throws IOException {
        GoldenCheck counts = new GoldenCheck();
        for (Fields row : Rows.golden("requests.jsonl")) {
            counts.add(row, Rows.resolver(row.text("bundle")));
        }
        return counts;
    }

    private void add(Fields row, EntityResolver resolver) {
        String query = row.text("query");
        float[] vector = resolver.texts().encode(query);
        byte[] found = resolver.texts().vector(row.text("canonical"));
        byte[] expected = Rows.base64(row.text("vector"));
        int apart = 0;
        for (int i = 0; i < expected.length; i++) {
            apart += found[i] == expected[i] ? 0 : 1;
            double golden = ((Number) row.list("embedding").get(i)).doubleValue();
            within = Math.max(within, Math.abs(vector[i] - golden));
        }
        Resolution answer = resolver.resolve(query, K);
        Object best = row.list("ranking").isEmpty() ? null : ((List<?>) row.list("ranking").get(0)).get(0);
        String id = answer.matches.isEmpty() ? null : answer.matches.get(0).id;
        requests++;
        tokenIds += java.util.Arrays.equals(resolver.texts().tokenIds(query), Rows.ints(row.list("token_ids"))) ? 1 : 0;
        vectors += apart == 0 ? 1 : 0;
        first += id == null ? (best == null ? 1 : 0) : id.equals(best) ? 1 : 0;
        decisions += answer.decision.toString().equals(row.text("decision")) ? 1 : 0;
        differing += apart;
        mostInOne = Math.max(mostInOne, apart);
    }

    /** Where the classes that answered come from: a folder of the source's, or a jar of the APK's. */
    static String place() {
        String path = EntityResolver.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return path.replaceFirst("/$", "").replaceFirst(".*/", "");
    }

    @Override
    public String toString() {
        return "{\"machine\": \"JVM " + System.getProperty("java.version") + "\", \"classes\": \"" + place()
                + "\", \"requests\": " + requests + ", \"same\": {\"token_ids\": " + tokenIds + ", \"vectors\": " + vectors
                + ", \"first\": " + first + ", \"decisions\": " + decisions + "}, \"int8_numbers_that_differ\": " + differing
                + ", \"most_in_one_vector\": " + mostInOne + ", \"embeddings_within\": " + within + "}";
    }

    public static void main(String[] arguments) throws IOException {
        System.out.println(ofAllRows());
    }
}
