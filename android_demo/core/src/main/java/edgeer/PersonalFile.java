package edgeer;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayList;
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
                try {
                    Bounds.check(entry);
                } catch (IllegalArgumentException error) {
                    throw new CatalogException(entry.id + ": " + error.getMessage(), error);
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
        String text = contents(file);
        if (!isWhole(text)) { // cut off, or damaged: the version before it is read, if there is a whole one
            File before = previous(file);
            String old = before.isFile() ? contents(before) : "";
            if (!old.startsWith(HEADER) || !isWhole(old)) {
                throw new CatalogException(file + ", row 1: damaged or cut off (checksum); copy it again, or delete its first "
                        + "line to read what is left of it");
            }
            text = old;
        }
        String[] lines = text.split("\n");
        Contents contents = new Contents();
        for (int row = 0; row < lines.length; row++) {
            if (!lines[row].trim().isEmpty() && !(row == 0 && text.startsWith(HEADER))) {
                try {
                    add(new Fields(Json.parse(lines[row]), "entry"), contents);
                } catch (IllegalArgumentException error) {
                    throw new CatalogException(file + ", row " + (row + 1) + ": " + error.getMessage(), error);
                }
            }
        }
        return contents;
    }

    private static String contents(File file) {
        try {
            if (file.exists() && !file.isFile()) {
                throw new IOException("no regular file");
            }
            return new String(Sources.readAll(new FileInputStream(file)), Bundle.UTF_8);
        } catch (IOException error) {
            throw new CatalogException(file + ": cannot be read (" + error.getMessage() + ")", error);
        }
    }

    /** Whether the checksum in the first line is that of the rest; a file that was written by hand has none. */
    private static boolean isWhole(String text) {
        int end = text.indexOf('\n');
        return !text.startsWith(HEADER) || (end >= 0 && text.substring(0, end + 1).equals(header(text.substring(end + 1))));
    }

    private static String header(String rest) {
        byte[] data = rest.getBytes(Bundle.UTF_8);
        return HEADER + "1,\"sha256\":\"" + Checksum.of(data, 0, data.length) + "\"}\n";
    }

    private static File previous(File file) {
        return new File(file.getAbsoluteFile().getParentFile(), "." + file.getName() + ".previous");
    }

    private static void add(Fields line, Contents contents) {
        if (line.has("name")) {
            Entity named = Entity.named(line.text("name"));
            Entity entity = EntityFile.entity(line, line.has("id") ? line.text("id") : named.id);
            contents.entries.add(entity);
        } else {
            contents.popularity.put(line.text("id"), line.number("popularity"));
        }
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
            replace(file, (header(text.toString()) + text).getBytes(Bundle.UTF_8));
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
