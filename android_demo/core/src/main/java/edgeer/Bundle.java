package edgeer;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The files of a bundle, each checked against the size and SHA-256 in the manifest, and the manifest itself. */
final class Bundle {
    static final Charset UTF_8 = Charset.forName("UTF-8");
    static final Charset LATIN = Charset.forName("ISO-8859-1");
    static final String MANIFEST = "manifest.json";
    static final String ENCODER = "encoder.onnx";
    static final String TOKENIZER = "tokenizer.json";
    static final String CARD = "encoder.json";
    static final String ENTITIES = "entities.jsonl.gz";
    static final String VECTORS = "vectors.safetensors";
    static final String STREAMS = "streams.jsonl";
    static final String HEAD = "head.onnx";
    static final String HEAD_TOKENS = "head_tokens.safetensors";
    private static final int FORMAT_VERSION = 2;
    private static final int HASH = 64;
    private static final String[] NEEDED = {ENCODER, TOKENIZER, CARD, ENTITIES, VECTORS};
    private static final Set<String> KNOWN = new HashSet<String>(
            Arrays.asList(ENCODER, TOKENIZER, CARD, ENTITIES, VECTORS, STREAMS, HEAD, HEAD_TOKENS));

    /** What speeds large catalogs up; here all vectors are scanned, which finds the same and more. */
    private static final Set<String> UNREAD = new HashSet<String>(
            Arrays.asList(
            "index.faiss", "sound_pieces.safetensors", "popular_forms.safetensors", "words.safetensors"));

    final Fields manifest;
    final String place;
    private final Map<String, byte[]> files = new HashMap<String, byte[]>();

    /**
     * Reads and checks everything.
     *
     * @throws BundleNotFoundException there is no manifest at all
     * @throws BundleVersionException written by a newer version
     * @throws BundleCorruptException a file is missing or is not what the manifest says
     * @throws BundleUntrustedException it is not what {@code trust} asks for
     */
    Bundle(BundleSource source, @Nullable Trust trust) {
        this(source, trust, false);
    }

    /** The same with the files that are not read otherwise and the manifest's bytes where {@code all} is wanted. */
    Bundle(BundleSource source, @Nullable Trust trust, boolean all) {
        place = source.place();
        byte[] data = contents(source, MANIFEST, Bounds.MANIFEST_BYTES);
        manifest = manifest(data, place);
        if (trust != null) {
            trust.check(manifest, data, place);
        }
        if (all) {
            files.put(MANIFEST, data);
        }
        Fields listed = manifest.object("files");
        for (String name : listed.map().keySet()) {
            if (all || !UNREAD.contains(name)) {
                files.put(name, verified(source, name, listed.object(name)));
            }
        }
        for (String name : NEEDED) {
            if (!files.containsKey(name)) {
                throw wrong(place, MANIFEST + ", files: expected " + name + ", found none", null);
            }
        }
    }

    private static BundleCorruptException wrong(String place, String message, Exception cause) {
        return new BundleCorruptException(place + ": " + message + "; build the bundle again", cause);
    }

    /** The object in a file, checked against the schema of that name; a {@link BundleCorruptException} where it differs. */
    Fields read(String file, String schema) {
        try {
            return Schema.read(files.get(file), schema);
        } catch (IllegalArgumentException error) {
            throw wrong(place, file + ", " + error.getMessage(), error);
        }
    }

    /** Whether a bundle may have a file of that name. */
    static boolean isOfBundle(String name) {
        return name.equals(MANIFEST) || KNOWN.contains(name) || UNREAD.contains(name);
    }

    /** Contents of a file; null where the bundle has none of that name. */
    byte[] file(String name) {
        return files.get(name);
    }

    /** How many bytes the entities may have when they are unpacked. */
    long unpackedBound() {
        return Bounds.unpacked(manifest, files.get(ENTITIES).length);
    }

    /**
     * What the bytes of a manifest say; its checksum and its fields are checked.
     *
     * @param place for messages
     */
    static Fields manifest(byte[] data, String place) {
        Fields manifest;
        Object version;
        try {
            manifest = new Fields(Json.parse(data));
            version = manifest.map().get("format_version");
        } catch (RuntimeException error) {
            throw new BundleCorruptException(
                    place + ": " + MANIFEST + " is damaged (" + error.getMessage() + "); copy the bundle again", error);
        }
        if (version instanceof Number && ((Number) version).doubleValue() > FORMAT_VERSION) {
            throw new BundleVersionException(
                    place + ": bundle format " + version + "; this edge-er reads up to " + FORMAT_VERSION + ", so update it");
        }
        if (!sealed(data)) {
            throw new BundleCorruptException(place + ": " + MANIFEST + " is damaged (checksum); copy the bundle again");
        }
        try {
            Schema.named("manifest").check(manifest.map());
        } catch (IllegalArgumentException error) {
            throw wrong(place, MANIFEST + ", " + error.getMessage(), error);
        }
        Fields weights = manifest.objectOrEmpty("rerank");
        for (String name : new String[] {"words", "numbers"}) {
            if (manifest.whole("format_version") < 2 && weights.number(name, 0) > 0) {
                throw wrong(place, MANIFEST + " has rerank." + name + ", which needs format 2", null);
            }
        }
        for (String name : manifest.object("files").map().keySet()) {
            if (!KNOWN.contains(name) && !UNREAD.contains(name)) {
                throw wrong(place, MANIFEST + " lists '" + name + "', which is no file of a bundle", null);
            }
        }
        return manifest;
    }

    /** Whether the manifest's own checksum is that of its bytes with zeros in the checksum's place. */
    private static boolean sealed(byte[] data) {
        String seal = "\"manifest_sha256\": \"";
        int start = 0;
        while (start < data.length && !ByteReader.startsWith(data, start, seal)) {
            start++;
        }
        start += seal.length();
        byte[] blank = data.clone();
        Arrays.fill(blank, Math.min(start, data.length), Math.min(start + HASH, data.length), (byte) '0');
        return ByteReader.startsWith(data, start, Checksum.of(blank, 0, blank.length));
    }

    private byte[] verified(BundleSource source, String name, Fields expected) {
        long size = (long) expected.number("size");
        byte[] data = contents(source, name, size);
        if (data.length != size) {
            throw new BundleCorruptException(place + ": " + name + " is damaged: expected " + size + " bytes, found "
                    + data.length + "; copy the bundle again");
        }
        String found = Checksum.of(data, 0, data.length);
        if (!found.equals(expected.text("sha256"))) {
            throw new BundleCorruptException(place + ": " + name + " is damaged: expected sha256 "
                    + expected.text("sha256") + ", found " + found + "; copy the bundle again");
        }
        return data;
    }

    /** Contents of a file that has {@code most} bytes at most. */
    private byte[] contents(BundleSource source, String name, long most) {
        try {
            byte[] data = source instanceof SizedSource ? ((SizedSource) source).read(name, most) : source.read(name);
            if (name.equals(MANIFEST) && data.length > most) {
                throw new IOException("too large");
            }
            return data;
        } catch (FileNotFoundException error) {
            String message = place + ": " + name + " is missing; ";
            if (name.equals(MANIFEST)) {
                throw new BundleNotFoundException(message + "this is no bundle", error);
            }
            throw new BundleCorruptException(message + "copy the bundle again", error);
        } catch (IOException error) {
            throw new BundleCorruptException(place + ": " + name + " cannot be read (" + error.getMessage() + ")", error);
        }
    }
}
