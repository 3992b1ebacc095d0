package edgeer;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A bundle in memory that can be damaged, with or without checksums that say so. */
final class Damaged implements BundleSource {
    final Map<String, byte[]> files = new HashMap<String, byte[]>();

    /** A copy of a bundle of the repository. */
    Damaged(String bundle) throws IOException {
        BundleSource source = Sources.of(Rows.file("models/" + bundle));
        files.put(Bundle.MANIFEST, source.read(Bundle.MANIFEST));
        for (String name : manifest().object("files").map().keySet()) {
            files.put(name, source.read(name));
        }
    }

    Damaged(Damaged other) {
        files.putAll(other.files);
    }

    private Fields manifest() {
        return new Fields(Json.parse(files.get(Bundle.MANIFEST)));
    }

    /** Puts other contents in place of a file's, and makes sizes and checksums fit them. */
    Damaged resealed(String name, byte[] data) {
        Damaged changed = new Damaged(this);
        Fields old = manifest().object("files").object(name);
        String manifest = new String(files.get(Bundle.MANIFEST), Bundle.UTF_8)
                .replace(old.text("sha256"), Checksum.of(data, 0, data.length))
                .replace("\"size\": " + old.whole("size"), "\"size\": " + data.length);
        changed.files.put(name, data);
        return changed.withManifest(manifest);
    }

    /** Puts another manifest in place, with its own checksum right. */
    Damaged withManifest(String text) {
        Damaged changed = new Damaged(this);
        String zeros = "0000000000000000000000000000000000000000000000000000000000000000";
        String blank = text.replaceFirst("\"manifest_sha256\": \"[0-9a-f]{64}\"", "\"manifest_sha256\": \"" + zeros + "\"");
        byte[] data = blank.getBytes(Bundle.UTF_8);
        changed.files.put(
                Bundle.MANIFEST, blank.replaceFirst(zeros, Checksum.of(data, 0, data.length)).getBytes(Bundle.UTF_8));
        return changed;
    }

    String manifestText() {
        return new String(files.get(Bundle.MANIFEST), Bundle.UTF_8);
    }

    @Override
    public byte[] read(String name) throws IOException {
        if (!files.containsKey(name)) {
            throw new FileNotFoundException(name);
        }
        return files.get(name);
    }

    @Override
    public String place() {
        return "damaged";
    }
}
