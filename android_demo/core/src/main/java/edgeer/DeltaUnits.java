package edgeer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Units of a delta: the lines, the rows of one entity, or the whole files that it copies or inserts, as {@code
 * edge_er/bundle/delta_units.py} defines them.
 */
final class DeltaUnits {
    private static final String LINES = "lines"; // each with its line feed
    private static final String PACKED_LINES = "gzip lines"; // lines inside a gzip file
    private static final String ROWS = "rows"; // for each entity, the rows of all its forms, one array after another
    private static final String WHOLE = "whole"; // the file is one unit
    private static final String OWNERS = "entity"; // each form's entity, in the file of vectors
    private static final byte[] GZIP_HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 2, -1}; // level 9, no name, no date
    private static final int LEVEL = 9;

    private DeltaUnits() {}

    /** The units of a file of a bundle. */
    static List<byte[]> split(String kind, String name, Bundle bundle) {
        byte[] data = bundle.file(name);
        if (kind.equals(WHOLE)) {
            return Collections.singletonList(data);
        }
        if (kind.equals(ROWS)) {
            return rows(SafeTensors.read(data, name), SafeTensors.read(bundle.file(Bundle.VECTORS), Bundle.VECTORS).get(OWNERS));
        }
        return lines(kind.equals(PACKED_LINES) ? EntityFile.unpacked(data, bundle.unpackedBound()) : data);
    }

    private static List<byte[]> lines(byte[] text) {
        List<byte[]> lines = new ArrayList<byte[]>();
        int start = 0;
        for (int at = 0; at < text.length; at++) {
            boolean more = at + 1 < text.length;
            if (text[at] == '\n' || text[at] == '\r' && !(more && text[at + 1] == '\n') || !more) {
                lines.add(Arrays.copyOfRange(text, start, at + 1));
                start = at + 1;
            }
        }
        return lines;
    }

    private static List<byte[]> rows(Map<String, Tensor> arrays, Tensor owners) {
        List<String> names = new ArrayList<String>(arrays.keySet());
        names.remove(OWNERS);
        Collections.sort(names);
        int[] entities = owners.ints();
        List<byte[]> units = new ArrayList<byte[]>();
        int start = 0;
        for (int end = 1; end <= entities.length; end++) {
            if (end == entities.length || entities[end] != entities[start]) {
                ByteArrayOutputStream unit = new ByteArrayOutputStream();
                for (String name : names) {
                    Tensor array = arrays.get(name);
                    array.copyTo(unit, start, end);
                }
                units.add(unit.toByteArray());
                start = end;
            }
        }
        return units;
    }

    /** A file of its units; that of rows needs the description of its arrays. */
    static byte[] join(String kind, String name, List<byte[]> units, List<Object> arrays) throws IOException {
        if (kind.equals(ROWS)) {
            return saved(name, units, arrays);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] unit : units) {
            all.write(unit);
        }
        return kind.equals(PACKED_LINES) ? packed(all.toByteArray()) : all.toByteArray();
    }

    private static byte[] packed(byte[] text) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(GZIP_HEAD);
        Deflater deflater = new Deflater(LEVEL, true);
        try {
            deflater.setInput(text);
            deflater.finish();
            byte[] part = new byte[1 << 13];
            while (!deflater.finished()) {
                file.write(part, 0, deflater.deflate(part));
            }
        } finally {
            deflater.end();
        }
        CRC32 sum = new CRC32();
        sum.update(text, 0, text.length);
        write(file, sum.getValue(), 4);
        write(file, text.length, 4);
        return file.toByteArray();
    }

    /** Writes the lowest {@code bytes} of a number, little-endian. */
    static void write(ByteArrayOutputStream out, long number, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (number >> 8 * i));
        }
    }

    /** One array of a file that is put together. */
    private static final class Column {
        final String name;
        final String type;
        final List<Object> row;
        final ByteArrayOutputStream data = new ByteArrayOutputStream();
        int size; // bytes of a row

        Column(String name, String type, List<Object> row) {
            this.name = name;
            this.type = type;
            this.row = row;
            long bytes = Tensor.width(type);
            for (Object each : row) {
                bytes = Math.min(bytes * Fields.whole(each), Integer.MAX_VALUE);
            }
            size = (int) bytes;
        }
    }

    private static byte[] saved(String name, List<byte[]> units, List<Object> arrays) throws IOException {
        List<Column> columns = new ArrayList<Column>();
        long size = 0;
        for (Object each : arrays) {
            Fields array = new Fields(each);
            Column column = new Column(array.text("name"), array.text("dtype"), array.listOrEmpty("row"));
            size += column.size;
            columns.add(column);
        }
        Column owners = new Column(OWNERS, Tensor.INT32, Collections.emptyList());
        int forms = 0;
        for (int entity = 0; entity < units.size(); entity++) {
            byte[] unit = units.get(entity);
            int count = (int) (unit.length / size);
            if (unit.length % size != 0) {
                throw new IOException("units that are no rows of " + size + " bytes");
            }
            int at = 0;
            for (Column column : columns) {
                column.data.write(unit, at, column.size * count);
                at += column.size * count;
            }
            for (int i = 0; i < count; i++) {
                write(owners.data, entity, 4);
            }
            forms += count;
        }
        if (name.equals(Bundle.VECTORS)) {
            columns.add(owners);
        }
        return file(columns, forms);
    }

    /** The file of some arrays, in the order of the library safetensors: larger types first, then by name. */
    private static byte[] file(List<Column> columns, int forms) throws IOException {
        final List<String> order = Arrays.asList(Tensor.UINT32, Tensor.INT32, Tensor.INT8, Tensor.UINT8);
        Collections.sort(columns, new Comparator<Column>() {
            @Override
            public int compare(Column one, Column other) {
                int types = order.indexOf(one.type) - order.indexOf(other.type);
                return types != 0 ? types : one.name.compareTo(other.name);
            }
        });
        Map<String, Object> header = new LinkedHashMap<String, Object>();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Column column : columns) {
            Map<String, Object> about = new LinkedHashMap<String, Object>();
            List<Object> shape = new ArrayList<Object>(column.row);
            shape.add(0, forms);
            about.put("dtype", SafeTensors.code(column.type));
            about.put("shape", shape);
            about.put("data_offsets", Arrays.<Object>asList(data.size(), data.size() + column.data.size()));
            column.data.writeTo(data);
            header.put(column.name, about);
        }
        StringBuilder text = new StringBuilder(JsonText.of(header));
        while (text.toString().getBytes(Bundle.UTF_8).length % 8 != 0) {
            text.append(' ');
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        byte[] head = text.toString().getBytes(Bundle.UTF_8);
        write(file, head.length, 8);
        file.write(head);
        data.writeTo(file);
        return file.toByteArray();
    }
}
