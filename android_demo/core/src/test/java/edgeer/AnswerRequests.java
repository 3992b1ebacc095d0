package edgeer;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers a file of requests, for measurements ({@code benchmarks/runtimes/java_runtime.py}):
 *
 * <pre>java edgeer.AnswerRequests BUNDLE REQUESTS ROUNDS rerank|typed|dense [OWN_ENTRIES]</pre>
 *
 * The first line is {@code {"load_ms", "first_answer_ms", "memory_bytes"}}; then comes a line {@code {"id", "decision",
 * "tied", "confidence", "us"}} for each row of REQUESTS ({@code {"query": …}}), as the last of ROUNDS answered it.
 */
public final class AnswerRequests {
    private AnswerRequests() {}

    public static void main(String[] arguments) throws IOException {
        List<String> queries = new ArrayList<String>();
        for (Fields row : Rows.of(new File(arguments[1]))) {
            queries.add(row.text("query"));
        }
        long start = System.nanoTime();
        File bundle = new File(arguments[0]);
        EntityResolver resolver = arguments[3].equals("dense")
                ? EntityResolver.load(Sources.of(bundle), TransformerEncoder.FACTORY, false)
                : EntityResolver.load(bundle);
        if (arguments.length > 4) {
            resolver = resolver.withEntries(new File(arguments[4]));
        }
        long loaded = System.nanoTime();
        resolver.resolve(queries.get(0));
        long answered = System.nanoTime();
        System.gc();
        long memory = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        out.println("{\"load_ms\": " + (loaded - start) / 1e6 + ", \"first_answer_ms\": " + (answered - loaded) / 1e6
                + ", \"memory_bytes\": " + memory + "}");
        List<String> answers = new ArrayList<String>();
        for (int round = Integer.parseInt(arguments[2]); round > 0; round--) {
            answers.clear();
            for (String query : queries) {
                answers.add(line(resolver, query, arguments[3].equals("typed")));
            }
        }
        for (String answer : answers) {
            out.println(answer);
        }
        out.flush();
    }

    private static String line(EntityResolver resolver, String query, boolean typed) {
        long start = System.nanoTime();
        Resolution found = typed ? resolver.resolveTyped(query) : resolver.resolve(query);
        double spent = (System.nanoTime() - start) / 1e3;
        String id = found.matches.isEmpty() ? "null" : "\"" + found.matches.get(0).id + "\"";
        double confidence = found.matches.isEmpty() ? 0 : found.matches.get(0).confidence;
        return "{\"id\": " + id + ", \"decision\": \"" + found.decision + "\", \"tied\": " + found.tied() + ", \"confidence\": "
                + confidence + ", \"us\": " + spent + "}";
    }
}
