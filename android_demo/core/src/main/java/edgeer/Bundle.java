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
    Bundle(BundleSource source, Trust trust) {
        place = source.place();
        byte[] data = contents(source, MANIFEST, Bounds.MANIFEST_BYTES);
        manifest = manifest(data);
        try {
            trust.check(manifest, data, place);
            for (Map.Entry<String, Object> entry : manifest.object("files").map().entrySet()) {
                String name = entry.getKey();
                if (!UNREAD.contains(name)) {
                    files.put(name, verified(source, name, new Fields(entry.getValue(), name)));
                }
            }
            checkFields();
        } catch (IllegalArgumentException error) {
            throw new BundleCorruptException(
                    place + ": " + MANIFEST + ": " + error.getMessage() + "; build the bundle again", error);
        }
        for (String name : NEEDED) {
            if (!files.containsKey(name)) {
                throw new BundleCorruptException(
                        place + ": the manifest does not list " + name + "; build the bundle again");
            }
        }
    }

    /** Contents of a file; null where the bundle has none of that name. */
    byte[] file(String name) {
        return files.get(name);
    }

    /** How many bytes the entities may have when they are unpacked. */
    long unpackedBound() {
        return Bounds.unpacked(manifest, files.get(ENTITIES).length);
    }

    private void checkFields() {
        manifest.text("name");
        manifest.text("lang");
        manifest.object("counts");
        manifest.whole("size_bytes");
        double scale = manifest.object("index").number("scale");
        if (!(scale > 0 && scale <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("index.scale: expected a number above 0, found " + scale);
        }
    }

    private Fields manifest(byte[] data) {
        Fields manifest;
        int version;
        try {
            manifest = new Fields(Json.parse(new String(data, UTF_8)), MANIFEST);
            version = manifest.whole("format_version");
        } catch (IllegalArgumentException error) {
            throw new BundleCorruptException(
                    place + ": " + MANIFEST + " is damaged (" + error.getMessage() + "); copy the bundle again", error);
        }
        if (version > FORMAT_VERSION) {
            throw new BundleVersionException(
                    place + ": bundle format " + version + "; this edge-er reads up to " + FORMAT_VERSION + ", so update it");
        }
        String newer = newerEvidence(manifest);
        if (version == 1 && newer != null) {
            throw new BundleCorruptException(
                    place + ": " + MANIFEST + " has rerank." + newer + ", which needs format 2; build the bundle again");
        }
        if (!sealed(data)) {
            throw new BundleCorruptException(place + ": " + MANIFEST + " is damaged (checksum); copy the bundle again");
        }
        return manifest;
    }

    /** A weight of evidence that readers of format 1 do not have; null where a bundle asks for none. */
    private static String newerEvidence(Fields manifest) {
        Object rerank = manifest.map().get("rerank");
        for (String name : new String[] {"words", "numbers"}) {
            Object weight = rerank instanceof Map ? ((Map<?, ?>) rerank).get(name) : null;
            if (weight != null && !weight.equals(0L)) {
                return name;
            }
        }
        return null;
    }

    /** Whether the manifest's own checksum is that of its bytes with zeros in the checksum's place. */
    private static boolean sealed(byte[] data) {
        byte[] seal = "\"manifest_sha256\": \"".getBytes(UTF_8);
        int start = 0;
        while (start + seal.length + HASH <= data.length && !startsWith(data, start, seal)) {
            start++;
        }
        start += seal.length;
        if (start + HASH > data.length) {
            return false;
        }
        byte[] blank = data.clone();
        Arrays.fill(blank, start, start + HASH, (byte) '0');
        return new String(data, start, HASH, UTF_8).equals(Checksum.of(blank, 0, blank.length));
    }

    private static boolean startsWith(byte[] data, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (data[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private byte[] verified(BundleSource source, String name, Fields expected) {
        if (!KNOWN.contains(name)) {
            throw new BundleCorruptException(
                    place + ": " + MANIFEST + " lists '" + name + "', which is no file of a bundle; build it again");
        }
        byte[] data = contents(source, name, expected.whole("size"));
        if (data.length != expected.whole("size")) {
            throw new BundleCorruptException(place + ": " + name + " is damaged: expected " + expected.whole("size")
                    + " bytes, found " + data.length + "; copy the bundle again");
        }
        String found = Checksum.of(data, 0, data.length);
        if (!found.equals(expected.text("sha256"))) {
            throw new BundleCorruptException(place + ": " + name + " is damaged: expected sha256 "
                    + expected.text("sha256") + ", found " + found + "; copy the bundle again");
        }
        return data;
    }

    /** Contents of a file that has {@code most} bytes at most. */
    private byte[] contents(BundleSource source, String name, int most) {
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
