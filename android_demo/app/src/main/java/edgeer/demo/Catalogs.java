package edgeer.demo;

import android.content.Context;
import edgeer.CatalogException;
import edgeer.EntityResolver;
import edgeer.PersonalResolver;
import edgeer.Sources;
import java.io.File;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** The resolvers of the bundles in the app's assets, each read once and kept while the app lives. */
final class Catalogs {
    private static final Map<String, PersonalResolver> LOADED = new HashMap<String, PersonalResolver>();

    private Catalogs() {}

    /**
     * The resolver of {@code assets/NAME.zip} with the names that were added to it. Not for the thread that draws.
     *
     * @throws IOException where the app has no such bundle
     * @throws edgeer.EdgeErException where the bundle cannot be used, saying why
     */
    static synchronized PersonalResolver load(Context context, String name) throws IOException {
        PersonalResolver found = LOADED.get(name);
        if (found == null) {
            String zip = name + ".zip";
            EntityResolver bundle =
                    EntityResolver.load(Sources.ofZip(Sources.readAll(context.getAssets().open(zip)), zip));
            found = withOwnNames(bundle, ownNames(context, name));
            LOADED.put(name, found);
        }
        return found;
    }

    /** Forgets all resolvers but this one; all for null. */
    static synchronized void keepOnly(String name) {
        LOADED.keySet().retainAll(Collections.singleton(name));
    }

    /** Where the names that a person added to a catalog are kept. */
    static File ownNames(Context context, String name) {
        return new File(context.getFilesDir(), name + ".own.jsonl");
    }

    private static PersonalResolver withOwnNames(EntityResolver bundle, File file) {
        if (file.exists()) {
            try {
                return bundle.withEntries(file);
            } catch (CatalogException damaged) {
                file.renameTo(new File(file.getPath() + ".damaged")); // kept, but the app must start
            }
        }
        return bundle.withEntries(Collections.<edgeer.Entity>emptyList());
    }
}
