package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.BeforeClass;
import org.junit.Test;

/** Damaged, truncated, newer and wrong bundles: an error that says what is wrong, never a crash or an answer. */
public final class BadBundleTest {
    private static final String[] FILES = {
        Bundle.ENCODER, Bundle.TOKENIZER, Bundle.CARD, Bundle.ENTITIES, Bundle.VECTORS, Bundle.STREAMS
    };
    private static Damaged whole;

    @BeforeClass
    public static void read() throws IOException {
        whole = new Damaged("radio_it");
    }

    private static void refused(BundleSource source, Class<? extends EdgeErException> wanted, String... words) {
        try {
            EntityResolver.load(source);
        } catch (EdgeErException error) {
            assertEquals(error.getMessage(), wanted, error.getClass());
            for (String word : words) {
                assertTrue(error.getMessage(), error.getMessage().contains(word));
            }
            return;
        }
        fail("a bad bundle was loaded");
    }

    @Test
    public void aMissingFileIsNamed() {
        for (String name : FILES) {
            Damaged bundle = new Damaged(whole);
            bundle.files.remove(name);
            refused(bundle, BundleCorruptException.class, name, "missing");
        }
        Damaged empty = new Damaged(whole);
        empty.files.clear();
        refused(empty, BundleNotFoundException.class, "manifest.json");
    }

    @Test
    public void aFlippedByteIsFoundInEveryFile() {
        Random random = new Random(1);
        for (int round = 0; round < 28; round++) {
            String name = round % 7 == 6 ? Bundle.MANIFEST : FILES[round % 7];
            Damaged bundle = new Damaged(whole);
            byte[] data = whole.files.get(name).clone();
            data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
            bundle.files.put(name, data);
            try {
                EntityResolver.load(bundle);
                fail(name);
            } catch (BundleException error) {
                assertTrue(error.getMessage(), error.getMessage().contains(name));
            }
        }
    }

    @Test
    public void aTruncatedFileIsNamed() {
        for (String name : FILES) {
            Damaged bundle = new Damaged(whole);
            bundle.files.put(name, Arrays.copyOf(whole.files.get(name), whole.files.get(name).length / 2));
            refused(bundle, BundleCorruptException.class, name, "bytes");
        }
        Damaged bundle = new Damaged(whole);
        bundle.files.put(Bundle.MANIFEST, Arrays.copyOf(whole.files.get(Bundle.MANIFEST), 100));
        refused(bundle, BundleCorruptException.class, "manifest.json");
    }

    @Test
    public void aNewerBundleAsksForAnUpdate() {
        String newer = format(whole.manifestText(), 3);
        refused(whole.withManifest(newer), BundleVersionException.class, "format 3", "update");
    }

    @Test
    public void wordScoresNeedFormat2() {
        String asking = words(whole.manifestText(), 16);
        refused(whole.withManifest(format(asking, 1)), BundleCorruptException.class, "rerank.words", "format 2");
        String newer = format(asking, 2);
        assertEquals("Radio Deejay", EntityResolver.load(whole.withManifest(newer)).resolve("deejay radio").matches.get(0).name);
        String older = format(words(whole.manifestText(), 0), 1);
        assertEquals("Radio Deejay", EntityResolver.load(whole.withManifest(older)).resolve("radio deejay").matches.get(0).name);
    }

    @Test
    public void aWrongManifestIsRefused() {
        String text = whole.manifestText();
        refused(whole.withManifest(text.replace("\"lang\": \"it\"", "\"lang\": 3")), BundleCorruptException.class, "lang");
        refused(whole.withManifest(text.replace("\"heard\": ", "\"heard\": -")), BundleCorruptException.class, "rerank.heard");
        refused(
                whole.withManifest(text.replace("\"temperature\": 0", "\"temperature\": -1")),
                BundleCorruptException.class,
                "manifest.json, calibration.dense.temperature: expected a number from 1.0E-9 to 1000000000");
        refused(
                whole.withManifest(text.replace("\"vectors.safetensors\"", "\"../vectors\"")),
                BundleCorruptException.class,
                "../vectors");
        refused(whole.withManifest(text.replace("\"head\": 0", "\"head\": 1")), BundleCorruptException.class, "head.onnx");
    }

    @Test
    public void weightsOfEditDistancesAreZeroOrRefused() {
        for (String name : new String[] {"letter_match", "letter_edit", "sound_match", "sound_edit"}) {
            String text = whole.manifestText().replaceAll("\"" + name + "\": \\d+,", "");
            String there = "\"rerank\": {\"" + name + "\": ";
            assertTrue(EntityResolver.load(whole.withManifest(text.replace("\"rerank\": {", there + "0,"))).selftest() > 10);
            for (String value : new String[] {"5", "-1", "0.5", "null", "\"much\""}) {
                String changed = text.replace("\"rerank\": {", there + value + ",");
                refused(whole.withManifest(changed), BundleCorruptException.class, "rerank." + name, "expected 0");
            }
        }
    }

    @Test
    public void theIndexOfALargeCatalogIsNotNeeded() {
        String file = "{\"size\": 1, \"sha256\": \"" + new String(new char[64]).replace('\0', '0') + "\"}";
        String files = "\"files\": {\"index.faiss\": " + file + ", \"words.safetensors\": " + file + ",";
        String listed = whole.manifestText().replace("\"files\": {", files);
        assertTrue(EntityResolver.load(whole.withManifest(listed)).selftest() > 10);
    }

    @Test
    public void theSameWordsAreCommonInALargeCatalog() {
        String asking = format(words(whole.manifestText(), 16), 2);
        String large = asking.replace("\"kind\": \"exact\"", "\"kind\": \"faiss\"");
        assertTrue(common(asking).contains("radio"));
        assertEquals(common(asking), common(large));
    }

    private static String format(String manifest, int version) {
        return manifest.replaceFirst("\"format_version\": \\d+", "\"format_version\": " + version);
    }

    private static String words(String text, int count) {
        String manifest = text.replaceFirst("\"numbers\": \\d+", "\"numbers\": 0");
        String asked = "\"words\": " + count;
        return manifest.contains("\"words\": ")
                ? manifest.replaceFirst("\"words\": \\d+", asked)
                : manifest.replace("\"rerank\": {", "\"rerank\": {" + asked + ",");
    }

    private static Set<String> common(String manifest) {
        BundleCatalog catalog = (BundleCatalog) EntityResolver.load(whole.withManifest(manifest)).catalog();
        return catalog.evidence.words().common;
    }

    /** Files that are wrong although their checksums are right: a bundle that was built wrongly, or on purpose. */
    @Test
    public void wrongContentsWithRightChecksumsAreRefusedOrAnswered() throws IOException {
        Random random = new Random(2);
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            String name = FILES[round % 5];
            byte[] data = whole.files.get(name).clone();
            if (round % 2 == 0) {
                data = Arrays.copyOf(data, random.nextInt(data.length));
            } else {
                for (int i = 0; i < 20; i++) {
                    data[random.nextInt(Math.min(data.length, 4000))] = (byte) random.nextInt(256);
                }
            }
            try {
                EntityResolver.load(whole.resealed(name, data)).resolve("radio uno");
            } catch (EdgeErException error) {
                assertTrue(name, error.getMessage().length() > 20);
                refused++;
            }
        }
        assertTrue("refused " + refused, refused > 40);
    }

    @Test
    public void filesThatDoNotFitEachOtherAreRefused() throws IOException {
        Damaged other = new Damaged("radio_es");
        refused(
                whole.resealed(Bundle.VECTORS, other.files.get(Bundle.VECTORS)),
                BundleCorruptException.class, "surface forms");
        refused(
                whole.resealed(Bundle.STREAMS, other.files.get(Bundle.STREAMS)),
                BundleCorruptException.class, "streams.jsonl");
        refused(whole.resealed(Bundle.ENCODER, new byte[0]), EncoderException.class, "token.table");
        refused(
                whole.resealed(Bundle.TOKENIZER, "{}".getBytes(Bundle.UTF_8)),
                BundleCorruptException.class, "tokenizer.json, expected an object with normalizer");
        refused(whole.resealed(Bundle.CARD, "[1]".getBytes(Bundle.UTF_8)), BundleCorruptException.class, "encoder.json");
        String deep = new String(new char[100000]).replace('\0', '[');
        refused(whole.resealed(Bundle.CARD, deep.getBytes(Bundle.UTF_8)), BundleCorruptException.class, "brackets");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        GZIPOutputStream zip = new GZIPOutputStream(packed);
        zip.write("{\"id\": \"a\"}\n".getBytes(Bundle.UTF_8));
        zip.close();
        Damaged few = whole.withManifest(whole.manifestText().replaceAll("\"streams.jsonl\": \\{[^}]*\\},", ""));
        refused(few.resealed(Bundle.ENTITIES, packed.toByteArray()), BundleCorruptException.class, "row 1", "name");
    }

    @Test
    public void whatIsNoBundleIsRefused() throws IOException {
        refusedPath(Rows.file("models/none"), BundleNotFoundException.class);
        refusedPath(Rows.file("tests/golden"), BundleNotFoundException.class);
        refusedPath(Rows.file("README.md"), BundleCorruptException.class);
    }

    private static void refusedPath(File path, Class<? extends EdgeErException> wanted) {
        try {
            EntityResolver.load(path);
        } catch (EdgeErException error) {
            assertEquals(error.getMessage(), wanted, error.getClass());
            assertTrue(error.getMessage(), error.getMessage().contains(path.getName()));
            return;
        }
        fail(path + " was loaded");
    }

    @Test
    public void aZipAnswersAsTheDirectory() throws IOException {
        byte[] zip = zipped("some/folder/");
        EntityResolver resolver = EntityResolver.load(Sources.ofZip(zip, "bundle.zip"));
        assertTrue(resolver.selftest() > 10);
        for (int length = 0; length < zip.length; length += zip.length / 20) {
            try {
                EntityResolver.load(Sources.ofZip(Arrays.copyOf(zip, length), "bundle.zip"));
                fail("a zip of " + length + " bytes was loaded");
            } catch (BundleException error) {
                assertTrue(error.getMessage(), error.getMessage().contains("bundle.zip"));
            }
        }
    }

    private static byte[] zipped(String folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ZipOutputStream zip = new ZipOutputStream(bytes);
        for (String name : whole.files.keySet()) {
            zip.putNextEntry(new ZipEntry(folder + name));
            zip.write(whole.files.get(name));
        }
        zip.close();
        return bytes.toByteArray();
    }
}
