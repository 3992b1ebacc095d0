package edgeer;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers files of requests, one bundle after another, to be compared ({@code benchmarks/runtimes/agreement.py}):
 *
 * <pre>java edgeer.AnswerJobs JOBS</pre>
 *
 * A line of JOBS is {@code {"bundle", "requests", "answers"}}, three paths. A line of requests is {@code {"query", "typed"}}, and
 * gives a line {@code {"ids", "decision", "tied", "confidence", "vector"}} of answers: the first five ids, the confidence of the
 * first, and the request's int8 vector.
 */
public final class AnswerJobs {
    private AnswerJobs() {}

    public static void main(String[] arguments) throws IOException {
        for (Fields job : Rows.of(new File(arguments[0]))) {
            EntityResolver resolver = EntityResolver.load(new File(job.text("bundle")));
            PrintStream out = new PrintStream(new FileOutputStream(job.text("answers")), false, "UTF-8");
            for (Fields row : Rows.of(new File(job.text("requests")))) {
                out.println(line(resolver, row.text("query"), Boolean.TRUE.equals(row.map().get("typed"))));
            }
            out.close();
            System.err.println("Java: " + job.text("bundle"));
        }
    }

    private static String line(EntityResolver resolver, String query, boolean typed) {
        Resolution found = typed ? resolver.resolveTyped(query) : resolver.resolve(query);
        List<Object> ids = new ArrayList<Object>();
        for (Match match : found.matches) {
            ids.add(match.id);
        }
        List<Object> vector = new ArrayList<Object>();
        for (byte each : resolver.texts().vector(CanonicalText.of(query))) {
            vector.add((int) each);
        }
        Map<String, Object> answer = new LinkedHashMap<String, Object>();
        answer.put("ids", ids);
        answer.put("decision", found.decision.toString());
        answer.put("tied", found.tied());
        answer.put("confidence", found.matches.isEmpty() ? 0 : found.matches.get(0).confidence);
        answer.put("vector", vector);
        return JsonText.of(answer);
    }
}
