package edgeer;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * The place of a bundle that is replaced, whole or not at all, by one writer at a time, as {@code edge_er/bundle/storage.py} and
 * {@code edge_er/bundle/lock.py} do it. The lock excludes writers in Java; those of Python take another kind.
 */
final class BundleFolder {
    private static final int WAIT = 30000; // milliseconds
    private static final int PAUSE = 20;
    private static final int HASH = 64;
    private static final int DATE = 33; // 1980-01-01
    private static final int VERSION = 20;
    private static final int UNIX = 3 << 8; // who made a zip
    private static final long MODE = 0644L << 16;
    private static final Set<String> LOCKED = new HashSet<String>(); // by this process, whose threads share its locks

    final File path;
    private final File parent;
    private RandomAccessFile lock;

    BundleFolder(File path) {
        this.path = path.getAbsoluteFile();
        parent = this.path.getParentFile();
    }

    /**
     * Waits until nobody else writes the bundle, and puts back what a killed writer left between two renames.
     *
     * @throws BundleNotFoundException there is none
     * @throws BundleBusyException somebody still writes it after 30 seconds
     */
    void lock() {
        if (!path.exists() && !beside("previous").isDirectory()) {
            throw new BundleNotFoundException(path + ": no such directory or zip; give the path of a bundle");
        }
        long end = System.currentTimeMillis() + WAIT;
        while (!isLocked()) {
            if (System.currentTimeMillis() >= end) {
                throw new BundleBusyException(path + ": is being written by somebody else; try again when that is done", null);
            }
            Versions.pause(PAUSE);
        }
        if (!path.exists() && beside("previous").isDirectory()) {
            rename(beside("previous"), path);
        }
    }

    private boolean isLocked() {
        synchronized (LOCKED) {
            if (LOCKED.contains(path.getPath())) {
                return false;
            }
            try {
                lock = new RandomAccessFile(beside("lock"), "rw"); // it stays: a lock of a deleted file excludes nobody
                FileLock taken = lock.getChannel().tryLock();
                if (taken == null) {
                    lock.close();
                    return false;
                }
            } catch (IOException error) {
                throw unwritable(error);
            }
            return LOCKED.add(path.getPath());
        }
    }

    void release() {
        synchronized (LOCKED) {
            try {
                lock.close();
            } catch (IOException error) {
                throw unwritable(error);
            } finally {
                LOCKED.remove(path.getPath());
            }
        }
    }

    /**
     * Puts a bundle of these files in the place of the one with that manifest, which stays beside it.
     *
     * @throws BundleBusyException another bundle lies there now
     * @throws BundleException they cannot be written
     */
    void write(Map<String, byte[]> files, byte[] manifest) {
        File[] all = parent.listFiles();
        for (File each : all == null ? new File[0] : all) {
            if (each.getName().startsWith("." + path.getName() + ".tmp-")) { // of killed writers
                delete(each);
            }
        }
        try {
            if (!Arrays.equals(manifest, Sources.of(path).read(Bundle.MANIFEST))) {
                throw new BundleBusyException(path + ": is being replaced; nothing was written; try again", null);
            }
            if (path.isDirectory()) {
                writeFolder(files);
            } else {
                File previous = temporary();
                write(previous, Sources.readAll(new FileInputStream(path)));
                rename(previous, beside("previous"));
                File made = temporary();
                write(made, zip(files));
                rename(made, path);
            }
        } catch (IOException error) {
            throw unwritable(error);
        }
    }

    private void writeFolder(Map<String, byte[]> files) throws IOException {
        File made = temporary();
        if (!made.mkdir()) {
            throw new IOException("no folder can be made beside it");
        }
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                write(new File(made, file.getKey()), file.getValue());
            }
            for (File other : path.listFiles()) {
                if (!Bundle.isOfBundle(other.getName())) {
                    copy(other, new File(made, other.getName()));
                }
            }
            File previous = beside("previous");
            if (previous.exists()) { // it first gets a temporary name, so that half of it never looks like a bundle
                File doomed = temporary();
                rename(previous, doomed);
                delete(doomed);
            }
            rename(path, previous);
            rename(made, path);
        } finally {
            if (!path.exists()) {
                rename(beside("previous"), path);
            }
            delete(made);
        }
    }

    private File beside(String what) {
        return new File(parent, "." + path.getName() + "." + what);
    }

    private File temporary() {
        return beside("tmp-" + Long.toString(System.nanoTime(), 36));
    }

    private static void write(File file, byte[] data) throws IOException {
        FileOutputStream stream = new FileOutputStream(file);
        try {
            stream.write(data);
            stream.getFD().sync();
        } finally {
            stream.close();
        }
    }

    private static void copy(File from, File to) throws IOException {
        if (from.isDirectory()) {
            to.mkdir();
            for (File each : from.listFiles()) {
                copy(each, new File(to, each.getName()));
            }
        } else {
            write(to, Sources.readAll(new FileInputStream(from)));
        }
    }

    private static void delete(File file) {
        File[] inner = file.listFiles();
        for (File each : inner == null ? new File[0] : inner) {
            delete(each);
        }
        file.delete();
    }

    private void rename(File from, File to) {
        if (!from.renameTo(to)) {
            throw new BundleException(path + ": cannot be written (" + from + " cannot be renamed to " + to + ")");
        }
    }

    private BundleException unwritable(IOException error) {
        return new BundleException(path + ": cannot be written (" + error.getMessage() + ")", error);
    }

    /** The zip of files as {@code zip_bytes} of Python makes it: by name, stored, with a checksum of all of it at the end. */
    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        for (Map.Entry<String, byte[]> file : new TreeMap<String, byte[]>(files).entrySet()) {
            byte[] name = file.getKey().getBytes(Bundle.UTF_8);
            int place = out.size();
            DeltaUnits.write(directory, 0x02014b50, 4);
            DeltaUnits.write(directory, VERSION | UNIX, 2);
            DeltaUnits.write(out, 0x04034b50, 4);
            for (ByteArrayOutputStream each : new ByteArrayOutputStream[] {out, directory}) {
                head(each, name.length, file.getValue());
            }
            DeltaUnits.write(directory, 0, 6); // no comment, first disk, no text
            DeltaUnits.write(directory, MODE, 4);
            DeltaUnits.write(directory, place, 4);
            out.write(name);
            directory.write(name);
            out.write(file.getValue());
        }
        int place = out.size();
        byte[] comment = Sources.ZIP_COMMENT.getBytes(Bundle.UTF_8);
        directory.writeTo(out);
        DeltaUnits.write(out, 0x06054b50, 8);
        DeltaUnits.write(out, files.size(), 2);
        DeltaUnits.write(out, files.size(), 2);
        DeltaUnits.write(out, directory.size(), 4);
        DeltaUnits.write(out, place, 4);
        DeltaUnits.write(out, comment.length + HASH, 2);
        out.write(comment);
        byte[] body = out.toByteArray();
        out.write(Checksum.of(body, 0, body.length).getBytes(Bundle.UTF_8));
        return out.toByteArray();
    }

    /** What local header and directory have in common. */
    private static void head(ByteArrayOutputStream out, int name, byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(data, 0, data.length);
        DeltaUnits.write(out, VERSION, 8); // no flags, stored, midnight
        DeltaUnits.write(out, DATE, 2);
        DeltaUnits.write(out, sum.getValue(), 4);
        DeltaUnits.write(out, data.length, 4);
        DeltaUnits.write(out, data.length, 4);
        DeltaUnits.write(out, name, 4); // and no more fields
    }
}
