package edgeer;

import java.io.File;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What each bundle in a folder ends in, a line each: name, error ("" for none), whether it is one of this library:
 *
 * <pre>java edgeer.Corpus FOLDER [BUNDLE]</pre>
 *
 * Files {@code .jsonl} in the folder are read as own entries beside BUNDLE. An error that only a request finds is none of this
 * library's.
 */
public final class Corpus {
    private static final String[] REQUESTS = {"pon la cadena ser", "los cuarenta", "zzz", "\ud83c\udfb5", "", "\ud800 kiss fm"};

    private Corpus() {}

    public static void main(String[] arguments) {
        File[] all = new File(arguments[0]).listFiles();
        Arrays.sort(all);
        EntityResolver beside = arguments.length > 1 ? EntityResolver.load(new File(arguments[1])) : null;
        for (File each : all) {
            String error = "";
            boolean ours = true;
            try {
                boolean entries = each.getName().endsWith(".jsonl");
                EntityResolver resolver = entries ? beside.withEntries(each) : EntityResolver.load(each);
                ours = false;
                ask(resolver);
            } catch (RuntimeException found) {
                error = String.valueOf(found).replaceAll("\\s+", " ");
                ours &= found instanceof EdgeErException;
            } catch (StackOverflowError found) {
                error = found.toString();
                ours = false;
            }
            System.out.println(each.getName() + "\t" + error + "\t" + (ours || error.isEmpty()));
        }
    }

    private static void ask(EntityResolver resolver) {
        for (String request : REQUESTS) {
            resolver.resolve(request);
            resolver.resolve(request, new ResolveOptions().topK(3).typed(true));
            resolver.explain(request, new ResolveOptions());
            resolver.suggest(request);
        }
        Set<String> fields = new TreeSet<String>();
        for (Entity entity : resolver.entities()) {
            fields.addAll(entity.metadata.keySet());
        }
        fields.remove("streams");
        for (String field : fields) {
            resolver.resolve("kiss fm", new ResolveOptions().where(Collections.singletonMap(field, "x")));
        }
        resolver.withEntries(Arrays.asList(new Entity("c-1", "Mum"), new Entity("es-1", "Breakfast"))).resolve("mum");
        try {
            resolver.selftest();
        } catch (EdgeErException error) {
            return; // other golden answers
        }
    }
}
