package edgeer;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Bundles in directories and in zip files. */
public final class Sources {
    static final String ZIP_COMMENT = "edge-er bundle sha256=";
    private static final int HASH = 64;
    private static final int ZIP_END = 22;
    private static final int LARGEST = 1 << 28;
    private static final int LOOKS = 3;

    private Sources() {}

    /**
     * The bundle in a directory or in a .zip.
     *
     * @throws BundleNotFoundException where there is nothing
     * @throws BundleCorruptException where the zip is damaged
     */
    public static BundleSource of(File path) {
        for (int look = 0; !path.isFile(); look++) { // it may be replaced between two looks
            if (path.isDirectory()) {
                return new Directory(path);
            }
            if (!path.exists()) {
                throw new BundleNotFoundException(path + ": no such directory or zip; give the path of a bundle");
            }
            if (look == LOOKS) { // a pipe would wait for somebody to write into it
                throw new BundleCorruptException(path + ": no regular file; give a directory or a zip");
            }
        }
        try {
            return new Zip(readAll(new FileInputStream(path)), path.getPath());
        } catch (IOException error) {
            throw new BundleCorruptException(path + ": cannot be read (" + error.getMessage() + ")", error);
        }
    }

    /** The bundle in a zip that was read already; {@code place} is its name in messages. */
    public static BundleSource ofZip(byte[] data, String place) {
        return new Zip(data, place);
    }

    /** Everything that {@code stream} gives; closes it. */
    public static byte[] readAll(InputStream stream) throws IOException {
        return readAll(stream, stream.available());
    }

    /** The same where it gives about {@code expected} bytes: if it is right, they are read into their place. */
    static byte[] readAll(InputStream stream, long expected) throws IOException {
        return readAll(stream, expected, LARGEST);
    }

    /** The same; an error where there are more than {@code most} bytes, and the rest is not read. */
    static byte[] readAll(InputStream stream, long expected, long most) throws IOException {
        long largest = Math.min(most, LARGEST);
        try {
            byte[] all = new byte[(int) Math.max(0, Math.min(expected, largest))];
            int size = 0;
            for (int read = stream.read(all, 0, all.length); read > 0; read = stream.read(all, size, all.length - size)) {
                size += read;
            }
            for (int next = stream.read(); next >= 0; next = stream.read()) {
                all = size < all.length ? all : Arrays.copyOf(all, 2 * size + 1024);
                all[size++] = (byte) next;
                for (int read = 1; read > 0 && size < all.length; size += Math.max(read, 0)) {
                    read = stream.read(all, size, all.length - size);
                }
                if (size > largest) {
                    throw new IOException("expected " + largest + " bytes at most");
                }
            }
            return size == all.length ? all : Arrays.copyOf(all, size);
        } finally {
            stream.close();
        }
    }

    private static final class Directory implements SizedSource {
        private final File folder;

        Directory(File folder) {
            this.folder = folder;
        }

        @Override
        public byte[] read(String name) throws IOException {
            return read(name, LARGEST);
        }

        @Override
        public byte[] read(String name, long most) throws IOException {
            File file = new File(folder, name);
            for (int look = 0; !file.isFile(); look++) { // its folder may be replaced between two looks
                if (!file.exists()) {
                    throw new FileNotFoundException(file.getPath());
                }
                if (look == LOOKS) { // a pipe would wait for somebody to write into it
                    throw new IOException("no regular file");
                }
            }
            if (file.length() > most) {
                throw new IOException("expected " + most + " bytes at most");
            }
            return readAll(new FileInputStream(file), file.length(), most);
        }

        @Override
        public String place() {
            return folder.getPath();
        }
    }

    /** The manifest may stand at the top of the zip or in one folder with the other files. */
    private static final class Zip implements BundleSource {
        private final Map<String, byte[]> files = new HashMap<String, byte[]>();
        private final String place;
        private String folder;

        Zip(byte[] data, String place) {
            this.place = place;
            checkComment(data);
            try {
                unpack(data);
            } catch (IOException error) {
                throw damaged(error);
            } catch (IllegalArgumentException error) { // names that are not UTF-8
                throw damaged(error);
            }
            if (folder == null) {
                throw new BundleCorruptException(
                        place + ": no whole zip with a " + Bundle.MANIFEST + "; copy it again, or build it again");
            }
        }

        @Override
        public byte[] read(String name) throws IOException {
            byte[] data = files.get(folder + name);
            if (data == null) {
                throw new FileNotFoundException(place + ": " + name);
            }
            return data;
        }

        @Override
        public String place() {
            return place;
        }

        private void unpack(byte[] data) throws IOException {
            ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(data));
            long left = Bounds.UNPACKED_TIMES * (long) data.length + Bounds.UNPACKED_LEAST;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] file = readAll(new Unclosed(zip), Math.min(entry.getSize(), data.length), left);
                left -= file.length;
                files.put(entry.getName(), file);
                String name = entry.getName();
                int slash = name.lastIndexOf('/') + 1;
                boolean higher = folder == null || slash < folder.length();
                if (higher && name.substring(slash).equals(Bundle.MANIFEST)) {
                    folder = name.substring(0, slash);
                }
            }
        }

        /** A zip that edge-er wrote ends in the SHA-256 of all bytes before; one of another tool has no comment. */
        private void checkComment(byte[] data) {
            int end = data.length - ZIP_END;
            if (end >= 0 && ByteReader.int32(data, end) == 0x06054b50 && data[end + 20] == 0 && data[end + 21] == 0) {
                return;
            }
            int body = data.length - HASH;
            int comment = body - ZIP_COMMENT.length();
            if (comment < 0
                    || !new String(data, comment, ZIP_COMMENT.length(), Bundle.UTF_8).equals(ZIP_COMMENT)
                    || !new String(data, body, HASH, Bundle.UTF_8).equals(Checksum.of(data, 0, body))) {
                throw new BundleCorruptException(place + ": damaged, or no bundle (checksum of the zip); copy it again");
            }
        }

        private BundleCorruptException damaged(Exception error) {
            return new BundleCorruptException(place + ": no whole zip (" + error.getMessage() + "); copy it again", error);
        }
    }

    /** One entry of a zip: closing it leaves the zip open. */
    private static final class Unclosed extends java.io.FilterInputStream {
        Unclosed(InputStream stream) {
            super(stream);
        }

        @Override
        public void close() {}
    }
}
