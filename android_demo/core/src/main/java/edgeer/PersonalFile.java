package edgeer;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A person's own entries on disk, as {@code edge_er/bundle/personal_file.py} writes them: one JSON object a line, written
 * whole or not at all. A line with a name is an entry; one without is how often the person asked for the entity of that id.
 */
final class PersonalFile {
    /** What a file holds. */
    static final class Contents {
        final List<Entity> entries = new ArrayList<Entity>();
        final Map<String, Double> popularity = new LinkedHashMap<String, Double>();

        /** These entries; a {@link CatalogException} where a name of one is too long. */
        static Contents of(List<Entity> entries) {
            Contents contents = new Contents();
            for (Entity entry : entries) {
                boolean right = Bounds.isName(entry.name);
                for (String form : entry.aliases) {
                    right &= Bounds.isName(form);
                }
                for (String form : entry.spoken) {
                    right &= Bounds.isName(form);
                }
                if (!right) {
                    throw new CatalogException(entry.id + ": expected names of 1 to " + Entity.LONGEST_NAME + " characters");
                }
                contents.entries.add(entry);
            }
            return contents;
        }
    }

    private static final String HEADER = "{\"personal_file\":";

    private PersonalFile() {}

    /**
     * @throws CatalogException where there is no such file, or a row cannot be used
     */
    static Contents read(File file) {
        byte[] data = contents(file);
        if (!isWhole(data)) { // cut off, or damaged: the version before it is read, if there is a whole one
            File before = previous(file);
            byte[] old = before.isFile() ? contents(before) : data;
            if (!isSealed(old) || !isWhole(old)) {
                throw new CatalogException(file + ", row 1: damaged or cut off (checksum); copy it again, or delete its first "
                        + "line to read what is left of it");
            }
            data = old;
        }
        Contents contents = new Contents();
        Json json = new Json(data, null);
        int start = ByteReader.startsWith(data, 0, "\u00ef\u00bb\u00bf") ? 3 : 0; // a byte order mark
        int row = 1;
        for (int at = start; at <= data.length; at++) {
            if (at == data.length || data[at] == '\n') {
                try {
                    if (!isBlank(data, start, at) && !(start == 0 && isSealed(data))) {
                        add(json.parse(start, at), contents);
                    }
                } catch (IllegalArgumentException error) {
                    throw new CatalogException(file + ", row " + row + ": " + error.getMessage(), error);
                }
                start = at + 1;
                row++;
            }
        }
        return contents;
    }

    private static boolean isBlank(byte[] data, int start, int end) {
        for (int at = start; at < end; at++) {
            if (data[at] < 0 || data[at] > ' ') {
                return false;
            }
        }
        return true;
    }

    private static byte[] contents(File file) {
        try {
            if (file.exists() && !file.isFile()) {
                throw new IOException("no regular file");
            }
            return Sources.readAll(new FileInputStream(file));
        } catch (IOException error) {
            throw new CatalogException(file + ": cannot be read (" + error.getMessage() + ")", error);
        }
    }

    private static boolean isSealed(byte[] data) {
        return ByteReader.startsWith(data, 0, HEADER);
    }

    /** Whether the checksum in the first line is that of the rest; a file that was written by hand has none. */
    private static boolean isWhole(byte[] data) {
        int rest = header(data, 0, 0).length();
        return !isSealed(data) || data.length >= rest && ByteReader.startsWith(data, 0, header(data, rest, data.length - rest));
    }

    private static String header(byte[] data, int start, int length) {
        return HEADER + "1,\"sha256\":\"" + Checksum.of(data, start, length) + "\"}\n";
    }

    private static File previous(File file) {
        return new File(file.getAbsoluteFile().getParentFile(), "." + file.getName() + ".previous");
    }

    private static void add(Object row, Contents contents) {
        Map<?, ?> values = row instanceof Map ? (Map<?, ?>) row : null;
        if (values != null && !values.containsKey("name") && values.get("id") instanceof String) {
            Fields count = new Fields(Schema.named("popularity").check(row));
            contents.popularity.put(count.text("id"), count.number("popularity"));
            return;
        }
        Fields line = new Fields(Schema.named("personal_entry").check(row));
        List<String> aliases = texts(line, "aliases");
        List<String> spoken = texts(line, "spoken");
        Entity named = Entity.named(line.text("name"));
        String id = line.has("id") ? line.text("id") : named.id;
        if (CanonicalText.isBlank(id)) {
            throw new IllegalArgumentException("id: expected a text, or none");
        }
        EntityFile.removeOwn(line);
        contents.entries.add(Entity.of(id, named.name, aliases, spoken, line.map()));
    }

    /** The distinct texts of a list, or of one text that is joined by |. */
    private static List<String> texts(Fields line, String field) {
        Object value = line.map().get(field);
        List<?> all = value instanceof String ? Arrays.asList(((String) value).split("\\|")) : line.listOrEmpty(field);
        List<String> texts = new ArrayList<String>();
        for (Object each : all) {
            String text = CanonicalText.stripped((String) each);
            if (!Bounds.isName((String) each)) {
                throw new IllegalArgumentException(field + ": expected texts of 1 to " + Entity.LONGEST_NAME + " characters");
            }
            if (!text.isEmpty() && !texts.contains(text)) {
                texts.add(text);
            }
        }
        return texts;
    }

    /**
     * @throws CatalogException where the file cannot be written
     */
    static void write(File file, Collection<Entity> entries, Map<String, Double> popularity) {
        StringBuilder text = new StringBuilder();
        for (Entity entry : entries) {
            Map<String, Object> line = new LinkedHashMap<String, Object>();
            line.put("id", entry.id);
            line.put("name", entry.name);
            if (!entry.aliases.isEmpty()) {
                line.put("aliases", entry.aliases);
            }
            if (!entry.spoken.isEmpty()) {
                line.put("spoken", entry.spoken);
            }
            line.putAll(entry.metadata);
            text.append(JsonText.of(line)).append('\n');
        }
        for (Map.Entry<String, Double> each : popularity.entrySet()) {
            Map<String, Object> line = new LinkedHashMap<String, Object>();
            line.put("id", each.getKey());
            line.put("popularity", each.getValue());
            text.append(JsonText.of(line)).append('\n');
        }
        try {
            if (file.isFile()) {
                replace(previous(file), Sources.readAll(new FileInputStream(file)));
            }
            byte[] rest = text.toString().getBytes(Bundle.UTF_8);
            replace(file, (header(rest, 0, rest.length) + text).getBytes(Bundle.UTF_8));
        } catch (IOException error) {
            throw new CatalogException(file + ": cannot be written (" + error.getMessage() + ")", error);
        }
    }

    /** Written beside, brought to the disk, then put in place. */
    private static void replace(File file, byte[] data) throws IOException {
        File beside = new File(file.getPath() + ".tmp");
        FileOutputStream stream = new FileOutputStream(beside);
        try {
            stream.write(data);
            stream.getFD().sync();
        } finally {
            stream.close();
        }
        if (!beside.renameTo(file)) {
            throw new IOException("it cannot be put in place of the old one");
        }
    }
}
