package edgeer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The entities of {@code entities.jsonl.gz}, and their stream addresses in {@code streams.jsonl}, read when asked for. */
final class EntityFile {
    private static final String[] OWN = {"id", "name", "aliases", "spoken"};
    private static final int GZIP_HEAD = 10;
    private static final int GZIP_TAIL = 8;
    private static final int LARGEST = 1 << 28; // bytes

    final List<Entity> entities;
    private final int[] streamEnds;
    private final byte[] streams;

    /**
     * Reads every line of both.
     *
     * @param packed contents of entities.jsonl.gz
     * @param streams contents of streams.jsonl; null where there is none
     * @param most bytes that the entities may have when they are unpacked
     * @throws IllegalArgumentException where a line cannot be used, with its file and row
     */
    EntityFile(byte[] packed, @Nullable byte[] streams, long most) {
        byte[] text = unpacked(packed, most);
        int[] ends = ends(text);
        entities = new ArrayList<Entity>(ends.length);
        this.streams = streams;
        streamEnds = streams == null ? ends : ends(streams);
        if (streamEnds.length != ends.length) {
            throw new IllegalArgumentException(Bundle.STREAMS + ": expected a line for each of " + ends.length
                    + " entities, found " + streamEnds.length);
        }
        Json json = new Json(text, new String[1 << 12]);
        String before = "";
        for (int row = 0; row < ends.length; row++) {
            Entity entity = entity(line(json, ends, row, Bundle.ENTITIES, "entity"));
            if (!ascends(before, entity.id)) {
                throw wrong(Bundle.ENTITIES, row, "expected ascending ids, found " + entity.id + " after " + before, null);
            }
            entities.add(entity);
            before = entity.id;
            if (streams != null && !isPlain(streams, row == 0 ? 0 : streamEnds[row - 1] + 1, entity.id)) {
                streamsOf(row);
            }
        }
    }

    /**
     * The contents of a gzip file of one member, with nothing after it.
     *
     * @throws IllegalArgumentException where it is none, or holds more than {@code most} bytes
     */
    static byte[] unpacked(byte[] packed, long most) {
        Inflater inflater = new Inflater(true);
        try {
            int size = ByteReader.int32(packed, packed.length - 4); // what gzip says at its end
            boolean right = ByteReader.int32(packed, 0) << 8 == 0x088b1f00 && size >= 0 && size <= Math.min(most, LARGEST);
            byte[] whole = new byte[right ? size : 0];
            int from = head(packed);
            inflater.setInput(packed, from, packed.length - from);
            int read = inflater.inflate(whole);
            inflater.inflate(new byte[1]); // that nothing follows is only found then
            CRC32 sum = new CRC32();
            sum.update(whole, 0, whole.length);
            if (right && read == size && inflater.finished() && inflater.getRemaining() == GZIP_TAIL
                    && (int) sum.getValue() == ByteReader.int32(packed, packed.length - GZIP_TAIL)) {
                return whole;
            }
        } catch (DataFormatException error) {
            // falls through to the one message
        } catch (IndexOutOfBoundsException error) {
            // cut off
        } finally {
            inflater.end();
        }
        throw new IllegalArgumentException(Bundle.ENTITIES + ": no whole gzip of " + most + " bytes at most");
    }

    /** Where the packed bytes of a gzip file begin. */
    private static int head(byte[] packed) {
        int at = GZIP_HEAD;
        if ((packed[3] & 4) != 0) { // more fields
            at += 2 + (packed[at] & 0xff) + (packed[at + 1] & 0xff) * 256;
        }
        for (int flag = 8; flag <= 16; flag *= 2) { // a name, a comment
            while ((packed[3] & flag) != 0 && packed[at++] != 0) {
                continue;
            }
        }
        return at + (packed[3] & 2); // a checksum
    }

    /** Metadata of an entity with its stream addresses, where it has any. */
    Map<String, Object> metadata(int index) {
        Map<String, Object> own = entities.get(index).metadata;
        List<Object> addresses = streams == null ? Collections.emptyList() : streamsOf(index);
        if (addresses.isEmpty()) {
            return own;
        }
        Map<String, Object> whole = new LinkedHashMap<String, Object>(own);
        whole.put("streams", addresses);
        return whole;
    }

    private List<Object> streamsOf(int row) {
        Fields line = line(new Json(streams, null), streamEnds, row, Bundle.STREAMS, "streams");
        if (!line.text("id").equals(entities.get(row).id)) {
            throw wrong(Bundle.STREAMS, row, "expected id " + entities.get(row).id + ", found " + line.text("id"), null);
        }
        return line.list("streams");
    }

    /**
     * Whether a line of stream addresses is of that entity, and written as edge-er writes lines of ASCII: nothing of it has to be
     * read then.
     */
    private static boolean isPlain(byte[] text, int start, String id) {
        String before = "{\"id\":\"";
        String between = "\",\"streams\":[";
        int at = start + before.length() + id.length();
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) < ' ' || id.charAt(i) > '~' || id.charAt(i) == '"' || id.charAt(i) == '\\') {
                return false;
            }
        }
        if (!ByteReader.startsWith(text, start, before)
                || !ByteReader.startsWith(text, start + before.length(), id)
                || !ByteReader.startsWith(text, at, between)) {
            return false;
        }
        at += between.length();
        boolean more = text[at] == '"';
        while (more) {
            for (at++; text[at] != '"'; at++) {
                if (text[at] < ' ' || text[at] == '\\') { // bytes beyond ASCII are below 0
                    return false;
                }
            }
            more = text[at + 1] == ',' && text[at + 2] == '"';
            at += more ? 2 : 1;
        }
        return ByteReader.startsWith(text, at, "]}\n");
    }

    /** The entity of a line that was checked. */
    private static Entity entity(Fields line) {
        List<String> aliases = texts(line, "aliases");
        List<String> spoken = texts(line, "spoken");
        String id = line.text("id");
        String name = line.text("name");
        removeOwn(line); // what is left of the line is its metadata
        return Entity.of(id, name, aliases, spoken, line.map());
    }

    /** Takes the fields that every entity has out of a line. */
    static void removeOwn(Fields line) {
        for (int i = 0; i < OWN.length; i++) {
            line.map().remove(OWN[i]);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(Fields fields, String name) {
        return (List<String>) (List<?>) fields.listOrEmpty(name);
    }

    private static Fields line(Json json, int[] ends, int row, String file, String schema) {
        try {
            return new Fields(Schema.named(schema).check(json.parse(row == 0 ? 0 : ends[row - 1] + 1, ends[row])));
        } catch (IllegalArgumentException error) {
            throw wrong(file, row, error.getMessage(), error);
        }
    }

    private static IllegalArgumentException wrong(String file, int row, String message, @Nullable Exception cause) {
        return new IllegalArgumentException(file + ", row " + (row + 1) + ": " + message, cause);
    }

    /** Whether one text stands before another by code points. */
    private static boolean ascends(String one, String other) {
        int most = Math.min(one.length(), other.length());
        int at = 0;
        while (at < most && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        if (at == most) {
            return one.length() < other.length();
        }
        boolean high = Character.isSurrogate(one.charAt(at));
        boolean otherHigh = Character.isSurrogate(other.charAt(at));
        return high == otherHigh ? one.charAt(at) < other.charAt(at) : otherHigh;
    }

    /** The end of each line; what follows the last line feed is none. */
    private static int[] ends(byte[] text) {
        int count = 0;
        for (byte each : text) {
            count += each == '\n' ? 1 : 0;
        }
        int[] ends = new int[count];
        count = 0;
        for (int at = 0; at < text.length; at++) {
            if (text[at] == '\n') {
                ends[count++] = at;
            }
        }
        return ends;
    }
}
