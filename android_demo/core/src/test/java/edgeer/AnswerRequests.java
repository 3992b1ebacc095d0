package edgeer;

import com.sun.management.ThreadMXBean;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers a file of requests, for measurements ({@code benchmarks/runtimes/java_runtime.py}):
 *
 * <pre>java edgeer.AnswerRequests BUNDLE REQUESTS ROUNDS rerank|typed|dense [OWN_ENTRIES]</pre>
 *
 * Rows may have {@code where}, {@code ids} and {@code top_k}, too; of one with {@code explain} its explanations are told.
 *
 * <p>The first line is {@code {"load_ms", "first_answer_ms", "memory_bytes", "allocated_bytes"}}, the last being what loading
 * allocated of which {@code memory_bytes} are kept; then comes a line {@code {"id", "decision",
 * "tied", "confidence", "ids", "us", "cpu_us"}} for each row of REQUESTS ({@code {"query": …}}), as the last of ROUNDS answered it;
 * {@code cpu_us} is what this thread worked: not what the JIT did beside it, and no time in which other processes ran.
 */
public final class AnswerRequests {
    private AnswerRequests() {}

    public static void main(String[] arguments) throws IOException {
        List<Fields> queries = Rows.of(new File(arguments[1]));
        long before = allocated();
        long start = System.nanoTime();
        File bundle = new File(arguments[0]);
        EntityResolver resolver = arguments[3].equals("dense")
                ? EntityResolver.load(Sources.of(bundle), TransformerEncoder.FACTORY, false)
                : EntityResolver.load(bundle);
        if (arguments.length > 4) {
            resolver = resolver.withEntries(new File(arguments[4]));
        }
        long loaded = System.nanoTime();
        long allocated = allocated() - before;
        resolver.resolve(queries.get(0).text("query"));
        long answered = System.nanoTime();
        System.gc();
        long memory = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        out.println("{\"load_ms\": " + (loaded - start) / 1e6 + ", \"first_answer_ms\": " + (answered - loaded) / 1e6
                + ", \"memory_bytes\": " + memory + ", \"allocated_bytes\": " + allocated + "}");
        List<String> answers = new ArrayList<String>();
        for (int round = Integer.parseInt(arguments[2]); round > 0; round--) {
            answers.clear();
            for (Fields query : queries) {
                answers.add(line(resolver, query, arguments[3].equals("typed")));
            }
        }
        for (String answer : answers) {
            out.println(answer);
        }
        out.flush();
    }

    /** Bytes that this thread has allocated so far. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static String line(EntityResolver resolver, Fields row, boolean typed) {
        ResolveOptions options = new ResolveOptions().typed(typed);
        options.where(row.has("where") ? row.object("where").map() : null).ids(row.has("ids") ? texts(row.list("ids")) : null);
        options.topK(row.has("top_k") ? row.whole("top_k") : EntityResolver.TOP_K);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long start = System.nanoTime();
        long worked = threads.getCurrentThreadCpuTime();
        Resolution found = resolver.resolve(row.text("query"), options);
        double cpu = (threads.getCurrentThreadCpuTime() - worked) / 1e3;
        double spent = (System.nanoTime() - start) / 1e3;
        Map<String, Object> line = new LinkedHashMap<String, Object>();
        List<Object> ids = new ArrayList<Object>();
        for (Match match : found.matches) {
            ids.add(match.id);
        }
        line.put("id", ids.isEmpty() ? null : ids.get(0));
        line.put("decision", found.decision.toString());
        line.put("tied", (long) found.tied());
        line.put("confidence", found.matches.isEmpty() ? 0.0 : found.matches.get(0).confidence);
        line.put("ids", ids);
        line.put("us", spent);
        line.put("cpu_us", cpu);
        if (row.has("explain")) {
            List<Object> explained = new ArrayList<Object>();
            for (Explanation each : resolver.explain(row.text("query"), options)) {
                explained.add(Arrays.asList(each.id, each.form, each.score, each.margin, each.parts, each.signs));
            }
            line.put("explained", explained);
        }
        return JsonText.of(line);
    }

    private static List<String> texts(List<Object> values) {
        List<String> texts = new ArrayList<String>();
        for (Object each : values) {
            texts.add((String) each);
        }
        return texts;
    }
}
