package edgeer;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Applies deltas, and tells what each ends in, a line each: name, error ("" for none), whether it is one of this library, whether
 * the bundle has changed:
 *
 * <pre>java edgeer.ApplyDeltas FOLDER [KEY]</pre>
 *
 * In each folder of FOLDER lie a bundle {@code b} or {@code b.zip} and a {@code d.delta}; with a file of a public KEY only results
 * that it signed are applied.
 */
public final class ApplyDeltas {
    private ApplyDeltas() {}

    public static void main(String[] arguments) throws IOException {
        Trust trust = null;
        if (arguments.length > 1) {
            trust = new Trust().key(new String(Sources.readAll(new FileInputStream(arguments[1])), Bundle.UTF_8));
        }
        File[] all = new File(arguments[0]).listFiles();
        Arrays.sort(all);
        for (File each : all) {
            File zip = new File(each, "b.zip");
            String error = "";
            boolean ours = true;
            boolean changed = false;
            try {
                changed = Delta.apply(zip.exists() ? zip : new File(each, "b"), new File(each, "d.delta"), trust);
            } catch (RuntimeException found) {
                error = String.valueOf(found).replaceAll("\\s+", " ");
                ours = found instanceof DeltaException || found instanceof BundleUntrustedException;
            } catch (Error found) {
                error = found.toString();
                ours = false;
            }
            System.out.println(each.getName() + "\t" + error + "\t" + ours + "\t" + changed);
        }
    }
}
