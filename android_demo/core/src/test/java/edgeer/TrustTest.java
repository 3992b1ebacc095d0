package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

/** Signatures that Python made, bounds, and bundles that are replaced while they are read. */
public final class TrustTest {
    private static final File GOLDEN = Rows.file("tests/golden/signed");

    private static String key(String name) throws IOException {
        return new String(Sources.readAll(new FileInputStream(new File(GOLDEN, name))), Bundle.UTF_8);
    }

    private static Bundle bundle(String name, Trust trust) {
        return new Bundle(Sources.of(new File(GOLDEN, name)), trust);
    }

    private static void untrusted(String name, Trust trust, String word) {
        try {
            bundle(name, trust);
        } catch (BundleUntrustedException error) {
            assertTrue(error.getMessage(), error.getMessage().contains(word));
            return;
        }
        fail(name + " was loaded");
    }

    @Test
    public void onlyWhatATrustedKeyHasSignedIsLoaded() throws IOException {
        Trust ours = new Trust().key(key("key.pub"));
        Bundle signed = bundle("signed.zip", ours);
        bundle("signed.zip", new Trust().key(key("other_key.pub")).key(key("key.pub")));
        untrusted("unsigned.zip", ours, "not signed");
        untrusted("other_key.zip", ours, "none of the 1 trusted ones");
        String sha256 = signed.manifest.text("manifest_sha256");
        bundle("signed.zip", new Trust().sha256(sha256));
        untrusted("unsigned.zip", new Trust().sha256(sha256), "another bundle than the pinned one");
    }

    @Test
    public void aForgedSignatureIsFound() throws IOException {
        byte[] data = Sources.of(new File(GOLDEN, "signed.zip")).read(Bundle.MANIFEST);
        Fields manifest = new Fields(Json.parse(data));
        Trust ours = new Trust().key(key("key.pub"));
        ours.check(manifest, data, "here");
        int digits = new String(data, Bundle.LATIN).indexOf("\"manifest_sha256\": \"") + 20;
        for (int at = 0; at < data.length; at += 7) {
            byte[] changed = data.clone();
            changed[at] ^= 1;
            boolean counts = at < digits || at >= digits + 64; // the checksum itself is not signed
            try {
                ours.check(manifest, changed, "here");
                assertTrue("at " + at, !counts);
            } catch (BundleUntrustedException error) {
                assertTrue(error.getMessage(), error.getMessage().contains("signature"));
            }
        }
    }

    @Test
    public void keysAndPinsThatAreNone() {
        for (String wrong : new String[] {null, "", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"}) {
            try {
                new Trust().key(wrong);
                fail(wrong);
            } catch (BundleException error) {
                assertTrue(error.getMessage(), error.getMessage().contains("P-256"));
            }
            try {
                new Trust().sha256(wrong);
                fail(wrong);
            } catch (IllegalArgumentException error) {
                assertTrue(error.getMessage(), error.getMessage().contains("64 hexadecimal digits"));
            }
        }
    }

    @Test
    public void requestsAreReadToTheirBound() {
        StringBuilder filler = new StringBuilder();
        while (filler.length() < 999) {
            filler.append("zz ");
        }
        filler.append('x');
        assertEquals(filler.toString(), CanonicalText.ofRequest(filler + " cadena ser"));
        String spaced = "z" + filler.substring(0, 999); // the 1,000th character is a space
        assertEquals(spaced.trim(), CanonicalText.ofRequest(spaced + filler));
        StringBuilder wide = new StringBuilder();
        for (int i = 0; i < 1200; i++) {
            wide.appendCodePoint(0x20000 + i);
        }
        String read = CanonicalText.ofRequest(wide.toString());
        assertEquals(1000, read.codePointCount(0, read.length()));
        List<String> many = Collections.nCopies(Bounds.TEXTS + 1, "a");
        refused(many, null, "64 texts at most");
        refused(Arrays.asList("a", "b"), new double[] {1e308, 1e308}, "weights that can be added");
        Arguments.check(many.subList(1, many.size()), null, 1);
    }

    private static void refused(List<String> texts, double[] weights, String word) {
        try {
            Arguments.check(texts, weights, 1);
        } catch (IllegalArgumentException error) {
            assertTrue(error.getMessage(), error.getMessage().contains(word));
            return;
        }
        fail(word);
    }

    @Test
    public void filtersAndNamesHaveBounds() {
        Set<Object> values = new HashSet<Object>();
        for (int i = 0; i <= Bounds.FILTER_VALUES; i++) {
            values.add("X" + i);
        }
        Map<String, Object> where = new HashMap<String, Object>();
        where.put("country", values);
        EntityResolver resolver = EntityResolver.load(Rows.file("models/radio_it"));
        try {
            resolver.resolve("radio", new ResolveOptions().where(where));
            fail("1,001 values");
        } catch (FilterException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("1000 distinct values at most"));
        }
        values.remove("X0");
        assertEquals(0, resolver.resolve("radio", new ResolveOptions().where(where)).matches.size());
        char[] name = new char[1001];
        Arrays.fill(name, 'a');
        try {
            resolver.withEntries(Collections.singletonList(new Entity("c-1", new String(name))));
            fail("a long name");
        } catch (CatalogException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("1 to 1000 characters"));
        }
    }

    @Test
    public void filesAreRefusedBeforeTheyAreRead() throws IOException {
        File folder = Files.createTempDirectory("edge-er").toFile();
        File manifest = new File(folder, Bundle.MANIFEST);
        try (java.io.RandomAccessFile file = new java.io.RandomAccessFile(manifest, "rw")) {
            file.setLength(1L << 40);
        }
        corrupt(folder, "4000000 bytes at most");
        write(manifest, new String(new char[100000]).replace("\0", "["));
        corrupt(folder, "64 brackets");
        assertTrue(manifest.delete() && manifest.mkdir());
        corrupt(folder, "no regular file");
    }

    private static void corrupt(File folder, String word) {
        try {
            EntityResolver.load(folder);
        } catch (BundleCorruptException error) {
            assertTrue(error.getMessage(), error.getMessage().contains(word));
            return;
        }
        fail(word);
    }

    @Test
    public void betweenTwoRenamesTheVersionBeforeAnswers() throws IOException {
        File folder = Files.createTempDirectory("edge-er").toFile();
        File before = new File(folder, ".b.previous");
        assertTrue(before.mkdir());
        for (File file : Rows.file("models/radio_it").listFiles()) {
            Files.copy(file.toPath(), new File(before, file.getName()).toPath());
        }
        assertEquals("radio_it", EntityResolver.load(new File(folder, "b")).name());
        try {
            EntityResolver.load(new File(folder, "other"));
            fail("there is nothing");
        } catch (BundleNotFoundException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("other"));
        }
    }

    @Test
    public void aPersonalFileOutlivesACut() throws IOException {
        File file = new File(Files.createTempDirectory("edge-er").toFile(), "mine.jsonl");
        Map<String, Double> none = Collections.emptyMap();
        PersonalFile.write(file, Collections.singletonList(new Entity("c-1", "Mum")), none);
        PersonalFile.write(file, Arrays.asList(new Entity("c-1", "Mum"), new Entity("c-2", "Dad")), none);
        byte[] whole = Sources.readAll(new FileInputStream(file));
        assertEquals(2, PersonalFile.read(file).entries.size());
        for (int size = 20; size < whole.length; size++) {
            write(file, new String(whole, 0, size, Bundle.UTF_8));
            assertEquals(1, PersonalFile.read(file).entries.size());
        }
        assertTrue(new File(file.getParentFile(), ".mine.jsonl.previous").delete());
        try {
            PersonalFile.read(file);
            fail("it is cut off");
        } catch (CatalogException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("cut off"));
        }
    }

    private static void write(File file, String text) throws IOException {
        try (FileOutputStream stream = new FileOutputStream(file)) {
            stream.write(text.getBytes(Bundle.UTF_8));
        }
    }
}
