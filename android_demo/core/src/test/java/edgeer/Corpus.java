package edgeer;

import java.io.File;
import java.util.Arrays;

/** What each bundle in a folder ends in, a line each: name, error ("" for none), whether it is one of this library. */
public final class Corpus {
    private Corpus() {}

    public static void main(String[] arguments) {
        File[] bundles = new File(arguments[0]).listFiles();
        Arrays.sort(bundles);
        for (File bundle : bundles) {
            String error = "";
            boolean ours = true;
            try {
                EntityResolver resolver = EntityResolver.load(bundle);
                for (String request : new String[] {"pon la cadena ser", "los cuarenta", "zzz", "\ud83c\udfb5", ""}) {
                    resolver.resolve(request);
                    resolver.explain(request, new ResolveOptions());
                    resolver.suggest(request);
                }
            } catch (RuntimeException found) {
                error = String.valueOf(found).replaceAll("\\s+", " ");
                ours = found instanceof EdgeErException;
            }
            System.out.println(bundle.getName() + "\t" + error + "\t" + ours);
        }
    }
}
