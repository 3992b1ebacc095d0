package edgeer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** The entities of {@code entities.jsonl.gz}, and their stream addresses in {@code streams.jsonl}, read when asked for. */
final class EntityFile {
    private static final List<String> OWN = Arrays.asList("id", "name", "aliases", "spoken");

    final List<Entity> entities = new ArrayList<Entity>();
    private final List<int[]> streamLines;
    private final byte[] streams;

    /**
     * @param packed contents of entities.jsonl.gz
     * @param streams contents of streams.jsonl; null where there is none
     * @param most bytes that the entities may have when they are unpacked
     * @throws BundleCorruptException where a line cannot be used
     */
    EntityFile(byte[] packed, byte[] streams, long most) {
        byte[] text;
        try {
            text = Sources.readAll(new GZIPInputStream(new ByteArrayInputStream(packed)), unpackedSize(packed), most);
            if (text.length != ByteReader.int32(packed, packed.length - 4)) {
                throw new IOException("too large");
            }
        } catch (IOException error) {
            throw new BundleCorruptException(
                    Bundle.ENTITIES + ": no gzip (" + error.getMessage() + "); build the bundle again", error);
        }
        String[] seen = new String[1 << 12];
        for (int[] line : lines(text)) {
            Fields fields = parse(text, line, Bundle.ENTITIES, entities.size(), seen);
            try {
                entities.add(entity(fields, fields.text("id")));
            } catch (IllegalArgumentException error) {
                throw wrong(Bundle.ENTITIES, entities.size(), error);
            }
        }
        this.streams = streams;
        streamLines = streams == null ? null : lines(streams);
        if (streams != null && streamLines.size() != entities.size()) {
            throw new BundleCorruptException(Bundle.STREAMS + ": expected a line for each of " + entities.size()
                    + " entities, found " + streamLines.size() + "; build the bundle again");
        }
    }

    /** The size that gzip tells at its end; below 0 for what is no gzip. */
    private static int unpackedSize(byte[] packed) {
        return packed.length < 4 ? -1 : Math.min(ByteReader.int32(packed, packed.length - 4), 256 * packed.length);
    }

    /** Metadata of an entity with its stream addresses, where it has any. */
    Map<String, Object> metadata(int index) {
        Map<String, Object> own = entities.get(index).metadata;
        if (streamLines == null) {
            return own;
        }
        Fields line = parse(streams, streamLines.get(index), Bundle.STREAMS, index, null);
        List<Object> addresses;
        try {
            if (!line.text("id").equals(entities.get(index).id)) {
                throw new IllegalArgumentException("expected id " + entities.get(index).id + ", found " + line.text("id"));
            }
            addresses = line.list("streams");
        } catch (IllegalArgumentException error) {
            throw wrong(Bundle.STREAMS, index, error);
        }
        if (addresses.isEmpty()) {
            return own;
        }
        Map<String, Object> whole = new LinkedHashMap<String, Object>(own);
        whole.put("streams", addresses);
        return whole;
    }

    /** An entity of a line that has another id, or none. */
    static Entity entity(Fields fields, String id) {
        String name = fields.text("name");
        List<String> aliases = texts(fields, "aliases");
        List<String> spoken = texts(fields, "spoken");
        fields.map().keySet().removeAll(OWN); // what is left of the line is its metadata
        Entity entity = Entity.of(id, name, aliases, spoken, fields.map());
        Bounds.check(entity);
        return entity;
    }

    private static List<String> texts(Fields fields, String name) {
        if (!fields.has(name)) {
            return Collections.emptyList();
        }
        List<String> texts = new ArrayList<String>();
        for (Object text : fields.listOrEmpty(name)) {
            if (!(text instanceof String)) {
                throw new IllegalArgumentException(name + ": expected texts, found " + text);
            }
            texts.add((String) text);
        }
        return texts;
    }

    private static Fields parse(byte[] text, int[] line, String file, int index, @Nullable String[] seen) {
        try {
            return new Fields(Json.parse(new String(text, line[0], line[1] - line[0], Bundle.UTF_8), seen), "line");
        } catch (IllegalArgumentException error) {
            throw wrong(file, index, error);
        }
    }

    private static BundleCorruptException wrong(String file, int index, Exception error) {
        return new BundleCorruptException(
                file + ", row " + (index + 1) + ": " + error.getMessage() + "; build the bundle again", error);
    }

    /** Start and end of each line; what follows the last line feed is none. */
    private static List<int[]> lines(byte[] text) {
        List<int[]> lines = new ArrayList<int[]>();
        int start = 0;
        for (int at = 0; at < text.length; at++) {
            if (text[at] == '\n') {
                lines.add(new int[] {start, at});
                start = at + 1;
            }
        }
        return lines;
    }
}
