package edgeer;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A file that turns an old bundle into a new one, with only what is new in it, as {@code edge_er/bundle/delta.py} makes and
 * applies it.
 *
 * <pre>
 * Delta.apply(new File(filesDir, "radio_es"), new File(cacheDir, "new.delta"), new Trust().key(ours));
 * </pre>
 */
public final class Delta {
    private static final String PLAN = "delta.json";
    private static final int PLAN_BYTES = 64000000;
    private static final int AT_FIRST = 1 << 20; // bytes; members of a zip may claim any size
    private static final int SHOWN = 12; // digits of a checksum

    private final String place;
    private final ZipFile zip;
    private final Fields plan;

    private Delta(ZipFile zip, String place) {
        this.zip = zip;
        this.place = place;
        Object version;
        try {
            plan = new Fields(Json.parse(member(PLAN, PLAN_BYTES)));
            version = plan.map().get("delta_version");
        } catch (IOException error) {
            throw new DeltaException(place + ": no whole delta (" + error.getMessage() + "); copy it again", error);
        } catch (RuntimeException error) { // of the zip, of JSON, or because it is no object
            throw new DeltaException(place + ": no whole delta (" + error.getMessage() + "); copy it again", error);
        }
        if (version instanceof Number && ((Number) version).doubleValue() > 1) {
            throw new DeltaException(place + ": delta version " + version + "; this edge-er reads 1, so update it", null);
        }
        try {
            Schema.named("delta").check(plan.map());
        } catch (IllegalArgumentException error) {
            throw new DeltaException(place + ": " + PLAN + ", " + error.getMessage() + "; make the delta again", error);
        }
    }

    /**
     * Turns the bundle at a path, a directory or zip, into the result of a delta; the version before is kept beside it, as {@code
     * .NAME.previous}. A crash leaves the old bundle or the new one. Load it again then.
     *
     * @param trust what the result must be; null for anything
     * @return whether the bundle has changed; false where it was the result already
     * @throws DeltaException the file is damaged or no delta, is for another bundle, or does not give its result here
     * @throws BundleUntrustedException the result is not what {@code trust} asks for
     * @throws BundleNotFoundException there is no bundle; {@link BundleCorruptException}: it is damaged
     * @throws BundleBusyException somebody else writes it
     * @throws BundleException it cannot be written
     */
    public static boolean apply(File bundle, File delta, @Nullable Trust trust) {
        ZipFile zip = null;
        try {
            if (!delta.isFile()) { // a pipe would wait for somebody to write into it
                throw new IOException("no regular file");
            }
            zip = new ZipFile(delta);
            return new Delta(zip, delta.getPath()).appliedTo(new BundleFolder(bundle), trust);
        } catch (IOException error) {
            throw new DeltaException(delta + ": cannot be read (" + error.getMessage() + "); copy it again", error);
        } finally {
            close(zip);
        }
    }

    private static void close(@Nullable ZipFile zip) {
        try {
            if (zip != null) {
                zip.close();
            }
        } catch (IOException error) {
            return; // everything was read
        }
    }

    private boolean appliedTo(BundleFolder folder, @Nullable Trust trust) {
        folder.lock();
        try {
            Bundle base = new Bundle(Sources.of(folder.path), null, true);
            String found = base.manifest.text("manifest_sha256");
            if (found.equals(plan.object("result").text("manifest_sha256"))) {
                return false;
            }
            Map<String, byte[]> files = patched(base, trust);
            folder.write(files, base.file(Bundle.MANIFEST));
            return true;
        } finally {
            folder.release();
        }
    }

    /** The files of the result by name. */
    private Map<String, byte[]> patched(Bundle base, @Nullable Trust trust) {
        Fields wanted = plan.object("base");
        if (!base.manifest.text("manifest_sha256").equals(wanted.text("manifest_sha256"))) {
            throw new DeltaException(place + ": made for another base: expected " + named(wanted) + ", found "
                    + named(base.manifest) + " at " + base.place
                    + "; give the bundle it was made for, or make a delta from this one", null);
        }
        Fields plans = plan.object("files");
        if (!plans.has(Bundle.MANIFEST)) {
            throw new DeltaException(
                    place + ": " + PLAN + ", files: expected " + Bundle.MANIFEST + ", found none; make the delta again", null);
        }
        Map<String, byte[]> files = new LinkedHashMap<String, byte[]>();
        byte[] data = made(Bundle.MANIFEST, plans, base, Bounds.MANIFEST_BYTES);
        Fields manifest;
        try {
            manifest = Bundle.manifest(data, place);
        } catch (BundleException error) {
            throw new DeltaException(error.getMessage() + "; " + base.place + " stays as it was", error);
        }
        if (trust != null) {
            trust.check(manifest, data, place);
        }
        Fields listed = manifest.object("files");
        TreeSet<String> wrong = new TreeSet<String>(listed.map().keySet());
        wrong.add(Bundle.MANIFEST);
        boolean same = wrong.equals(plans.map().keySet());
        wrong.retainAll(Arrays.asList(Bundle.MANIFEST));
        if (same && manifest.text("manifest_sha256").equals(plan.object("result").text("manifest_sha256"))) {
            wrong.clear();
            files.put(Bundle.MANIFEST, data);
            for (String name : listed.map().keySet()) {
                double size = listed.object(name).number("size");
                boolean packed = name.equals(Bundle.ENTITIES);
                data = made(name, plans, base, packed ? Bounds.unpacked(manifest, (long) size) : (long) size);
                files.put(name, data);
                if (data.length != size || !listed.object(name).text("sha256").equals(Checksum.of(data, 0, data.length))) {
                    wrong.add(name);
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new DeltaException(place + ": " + wrong + " would differ from what the manifest says; zlib here may write other "
                    + "bytes than where the delta was made: make it with --whole-entities, or ship the whole bundle. "
                    + base.place + " stays as it was", null);
        }
        return files;
    }

    private static String named(Fields bundle) {
        return bundle.text("name") + " (" + (long) bundle.object("counts").number("entities") + " entities, "
                + bundle.text("manifest_sha256").substring(0, SHOWN) + ")";
    }

    /** One file of the result, which may have {@code most} bytes, a packed one when it is unpacked. */
    private byte[] made(String name, Fields plans, Bundle base, long most) {
        Exception cause;
        try {
            Fields how = plans.object(name);
            String units = how.text("units");
            byte[] data = base.file(name);
            if (units.equals("same")) {
                return data.clone();
            }
            List<byte[]> old = data == null ? new ArrayList<byte[]>() : DeltaUnits.split(units, name, base);
            return DeltaUnits.join(units, name, putTogether(name, old, how.list("steps"), most), how.listOrEmpty("arrays"));
        } catch (IOException error) {
            cause = error;
        } catch (RuntimeException error) { // a plan may say anything
            cause = error;
        }
        throw new DeltaException(place + ": " + name + ": expected steps that make the file, found wrong ones (" + cause
                + "); make the delta again", cause);
    }

    private List<byte[]> putTogether(String name, List<byte[]> old, List<Object> steps, long most) throws IOException {
        long wanted = 0;
        for (Object step : steps) {
            for (Object length : new Fields(step).listOrEmpty("insert")) {
                wanted += Fields.whole(length);
            }
        }
        byte[] inserted = member(name, Math.min(wanted, most));
        if (inserted.length != wanted) {
            throw new IOException("expected " + wanted + " inserted bytes, found " + inserted.length);
        }
        List<byte[]> units = new ArrayList<byte[]>();
        int at = 0;
        long size = 0;
        for (Object each : steps) {
            Fields step = new Fields(each);
            int before = units.size();
            if (step.has("copy")) {
                int first = Fields.whole(step.list("copy").get(0));
                units.addAll(old.subList(first, first + Fields.whole(step.list("copy").get(1))));
            }
            for (Object length : step.listOrEmpty("insert")) {
                units.add(Arrays.copyOfRange(inserted, at, at + Fields.whole(length)));
                at += Fields.whole(length);
            }
            for (byte[] unit : units.subList(before, units.size())) {
                size += unit.length;
            }
            if (size > most) {
                throw new IOException("expected " + most + " bytes at most, found more");
            }
        }
        return units;
    }

    /** A member of the zip, of {@code most} bytes at most; nothing where there is none. */
    private byte[] member(String name, long most) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        return entry == null ? new byte[0] : Sources.readAll(zip.getInputStream(entry), Math.min(most, AT_FIRST), most);
    }
}
