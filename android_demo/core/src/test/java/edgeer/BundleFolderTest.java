package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** One writer at a time, and the old bundle or the new one. */
public final class BundleFolderTest {
    @Rule public final TemporaryFolder root = new TemporaryFolder();

    private File bundle() throws IOException {
        File folder = root.newFolder("b");
        write(new File(folder, Bundle.MANIFEST), "old");
        return folder;
    }

    private static void write(File file, String text) throws IOException {
        Files.write(file.toPath(), text.getBytes(Bundle.UTF_8));
    }

    private static String read(File folder) throws IOException {
        return new String(Files.readAllBytes(new File(folder, Bundle.MANIFEST).toPath()), Bundle.UTF_8);
    }

    @Test
    public void theSecondWriterWaits() throws Exception {
        final BundleFolder first = new BundleFolder(bundle());
        final BundleFolder second = new BundleFolder(first.path);
        final AtomicBoolean has = new AtomicBoolean();
        first.lock();
        Thread other = new Thread() {
            @Override
            public void run() {
                second.lock();
                has.set(true);
                second.release();
            }
        };
        other.start();
        Thread.sleep(200);
        assertFalse(has.get());
        first.release();
        other.join();
        assertTrue(has.get());
    }

    @Test
    public void aBundleThatSomebodyReplacedStays() throws IOException {
        BundleFolder folder = new BundleFolder(bundle());
        try {
            folder.write(Collections.singletonMap(Bundle.MANIFEST, new byte[0]), "another".getBytes(Bundle.UTF_8));
            fail("written");
        } catch (BundleBusyException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("nothing was written"));
        }
        assertEquals("old", read(folder.path));
    }

    @Test
    public void whatCannotBeWrittenLeavesTheOldBundle() throws IOException {
        BundleFolder folder = new BundleFolder(bundle());
        byte[] old = "old".getBytes(Bundle.UTF_8);
        try {
            folder.write(Collections.singletonMap("no/such/folder", new byte[1]), old);
            fail("written");
        } catch (BundleException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("cannot be written"));
        }
        assertEquals("old", read(folder.path));
        assertEquals("nothing is left beside it", 1, root.getRoot().list().length);
        folder.write(Collections.singletonMap(Bundle.MANIFEST, "new".getBytes(Bundle.UTF_8)), old);
        assertEquals("new", read(folder.path));
        assertEquals("old", read(new File(root.getRoot(), ".b.previous")));
    }

    @Test
    public void whereThereIsNothingNothingIsMade() throws IOException {
        try {
            Delta.apply(new File(root.getRoot(), "none"), Rows.file("README.md"), null);
            fail("applied");
        } catch (DeltaException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("README.md"));
        }
        try {
            new BundleFolder(new File(root.getRoot(), "none")).lock();
            fail("locked");
        } catch (BundleNotFoundException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("none"));
        }
        assertEquals(0, root.getRoot().list().length);
    }
}
