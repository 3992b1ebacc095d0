package edgeer;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.Test;

/** What holds for every text, number and file, tried on many that are made up, the same ones each time. */
public final class PropertiesTest {
    private static final int TRIES = 3000;
    private static final String[] PIECES = {
        "a", "B", "radio", "SER", " ", "  ", "9", "40", "1.000", "é", "ß", "ﬁ", "İ", "'", "’", ".", "-", "&", "+", "fm", "98.9",
        "إذاعة", "ラジオ", "한국", "\ud83d\ude00", "\ud83d", "\u0301", "\u200b", "\u00a0", "\0", "B. B. C.", "l'",
        "\ud800\udc00", "ǆ", "𝐀"
    };

    private final Random random = new Random(7);

    private String text(int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            boolean any = random.nextInt(8) == 0;
            text.append(any ? String.valueOf((char) random.nextInt(0x10000)) : PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private String canonical(int most) {
        return CanonicalText.of(text(most));
    }

    @Test
    public void canonicalTextIsItsOwnAndPlain() {
        for (int i = 0; i < TRIES; i++) {
            String text = text(12);
            String canonical = CanonicalText.of(text);
            assertEquals(text, canonical, CanonicalText.of(canonical));
            assertEquals(text, canonical.trim(), canonical);
            assertTrue(text, !canonical.contains("  ") && canonical.indexOf('\'') < 0 && canonical.indexOf('.') < 0);
            assertEquals(text, canonical, CanonicalText.of(" \t" + text + "\n "));
            assertTrue(!canonical.matches("(?s).*([a-z][0-9]|[0-9][a-z]|[A-Z]).*"));
        }
    }

    @Test
    public void requestsAreCutAtACharacter() {
        for (int i = 0; i < 200; i++) {
            String canonical = CanonicalText.of(text(900));
            String read = CanonicalText.ofRequest(canonical);
            assertTrue(read, canonical.startsWith(read) && read.codePointCount(0, read.length()) <= Bounds.TEXT);
            assertTrue(read, read.length() == canonical.length() || read.codePointCount(0, read.length()) >= Bounds.TEXT - 1);
        }
    }

    @Test
    public void ofATextWithoutLettersNoMoreIsLookedAt() {
        for (String piece : new String[] {"\ud83d\ude00", "\ud800", " ", "-"}) {
            String many = new String(new char[Bounds.RAW_TEXT - 3]).replace("\0", piece);
            assertEquals("abc", CanonicalText.ofRequest(many + "abcde"));
            assertEquals("", CanonicalText.ofRequest(many + piece + piece + piece + "abcde"));
        }
    }

    @Test
    public void aLongRequestIsReadAsFarAsNeeded() {
        for (int i = 0; i < 60; i++) {
            String text = text(40 + 80 * i);
            String whole = CanonicalText.of(text);
            int most = Math.min(Bounds.TEXT, whole.codePointCount(0, whole.length()));
            String first = whole.substring(0, whole.offsetByCodePoints(0, most));
            assertEquals(first.endsWith(" ") ? first.substring(0, first.length() - 1) : first, CanonicalText.ofRequest(text));
        }
    }

    @Test
    public void tokensSpellTheText() throws IOException {
        Fields tokenizer = Schema.read(Sources.of(Rows.file("models/radio_it")).read(Bundle.TOKENIZER), "tokenizer");
        WordPiece pieces = new WordPiece(tokenizer, 16);
        String[] spelled = new String[pieces.size()];
        for (Map.Entry<String, Object> entry : tokenizer.object("model").object("vocab").map().entrySet()) {
            spelled[Fields.whole(entry.getValue())] = entry.getKey();
        }
        for (int i = 0; i < TRIES; i++) {
            String text = canonical(6);
            int[] ids = pieces.ids(text);
            assertTrue(text, ids.length >= 2 && ids.length <= 16 && ids[0] == 2 && ids[ids.length - 1] == 3);
            StringBuilder back = new StringBuilder();
            for (int at = 1; at + 1 < ids.length; at++) {
                String piece = spelled[ids[at]];
                back.append(piece.startsWith("##") ? piece.substring(2) : back.length() == 0 ? piece : " " + piece);
            }
            String known = back.toString();
            if (!known.contains("[UNK]")) {
                assertTrue(text, ids.length == 16 ? text.startsWith(known) : text.equals(known));
            }
            assertEquals(text, pieces.canRead(ids), !known.replace("[UNK]", "").trim().isEmpty());
        }
    }

    @Test
    public void aFormIsAlignedAlone() {
        for (String lang : new String[] {"de", "es", "xx"}) {
            List<String> forms = new ArrayList<String>();
            while (forms.size() < 40) {
                String form = canonical(4);
                if (!form.isEmpty()) {
                    forms.add(form);
                }
            }
            Misrecognition all = new Misrecognition(lang, forms);
            int[] every = new int[forms.size()];
            for (int i = 0; i < every.length; i++) {
                every[i] = every.length - 1 - i;
            }
            for (int i = 0; i < 60; i++) {
                Carriers request = new Carriers(canonical(6), null);
                int[] scores = all.scores(request, every);
                int form = random.nextInt(every.length);
                Misrecognition alone = new Misrecognition(lang, Collections.singletonList(forms.get(form)));
                assertArrayEquals(forms.get(form), new int[] {scores[every.length - 1 - form]}, alone.scores(request, new int[1]));
            }
            for (String form : forms) { // what is heard as it was said has at least the score of all its letters
                if (form.indexOf(' ') < 0 && !Carriers.hasWord(form)) {
                    Misrecognition alone = new Misrecognition(lang, Collections.singletonList(form));
                    int score = alone.scores(new Carriers(form, null), new int[1])[0];
                    assertTrue(form, score >= all.gain(form) + 2 * Alignment.BORDER);
                }
            }
        }
    }

    @Test
    public void theBestAreThoseOfASort() {
        for (int i = 0; i < TRIES; i++) {
            final double[] scores = new double[random.nextInt(40)];
            List<Integer> order = new ArrayList<Integer>();
            for (int place = 0; place < scores.length; place++) {
                scores[place] = random.nextInt(9) - 4;
                order.add(place);
            }
            Collections.sort(order, new Comparator<Integer>() { // which keeps the order of equals
                @Override
                public int compare(Integer one, Integer other) {
                    return Double.compare(scores[other], scores[one]);
                }
            });
            int count = random.nextInt(12);
            int[] found = Vectors.best(scores, count);
            assertEquals(Math.min(count, scores.length), found.length);
            for (int place = 0; place < found.length; place++) {
                assertEquals((int) order.get(place), found[place]);
            }
        }
    }

    @Test
    public void sharedNgramsAreThoseOfSets() {
        SoundCodes codes = new SoundCodes("es");
        for (int i = 0; i < 100; i++) {
            List<String> forms = new ArrayList<String>();
            for (int form = 0; form < 12; form++) {
                forms.add(canonical(4));
            }
            NgramIndex index = new NgramIndex(forms, codes, null);
            String request = canonical(5);
            int[] shared = index.shared(CodePoints.of(codes.of(request)));
            for (int form = 0; form < forms.size(); form++) {
                int weight = 0;
                Set<List<Integer>> both = ngrams(codes.of(forms.get(form)));
                both.retainAll(ngrams(codes.of(request)));
                for (List<Integer> ngram : both) {
                    int having = 0;
                    for (String other : forms) {
                        having += ngrams(codes.of(other)).contains(ngram) ? 1 : 0;
                    }
                    weight += NgramIndex.rarity(forms.size(), having);
                }
                assertEquals(request + " / " + forms.get(form), weight, shared[form]);
            }
        }
    }

    private static Set<List<Integer>> ngrams(String text) {
        int[] points = CodePoints.of(text);
        Set<List<Integer>> all = new LinkedHashSet<List<Integer>>();
        for (int at = 0; at < points.length; at++) {
            if (at + 1 < points.length) {
                all.add(Arrays.asList(points[at], points[at + 1]));
            }
            if (at + 2 < points.length) {
                all.add(Arrays.asList(points[at], points[at + 1], points[at + 2]));
            }
        }
        return all;
    }

    private Object value(int depth) {
        switch (random.nextInt(depth > 4 ? 5 : 7)) {
            case 0:
                return null;
            case 1:
                return random.nextBoolean();
            case 2:
                return random.nextLong() >> random.nextInt(64) >> 5;
            case 3:
                return random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            case 4:
                return text(6).replaceAll("[\ud800-\udfff]", "");
            case 5:
                List<Object> list = new ArrayList<Object>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(depth + 1));
                }
                return list;
            default:
                Map<String, Object> map = new LinkedHashMap<String, Object>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put("k" + random.nextInt(9), value(depth + 1));
                }
                return map;
        }
    }

    @Test
    public void whatIsWrittenIsReadAgain() {
        for (int i = 0; i < TRIES; i++) {
            Object value = value(0);
            assertEquals(value, Rows.json(" " + JsonText.of(value) + "\n"));
        }
    }

    /** The readers of files that anybody may have written. */
    private enum Reader {
        JSON {
            @Override
            void read(byte[] data) {
                Json.parse(data);
            }
        },
        ARRAYS {
            @Override
            void read(byte[] data) {
                SafeTensors.read(data, "file");
            }
        },
        GZIP {
            @Override
            void read(byte[] data) {
                EntityFile.unpacked(data, 1 << 20);
            }
        },
        SCHEMA {
            @Override
            void read(byte[] data) {
                Schema.read(data, "manifest");
            }
        };

        abstract void read(byte[] data);
    }

    @Test
    public void readersRefuseWhatTheyCannotRead() throws IOException {
        BundleSource bundle = Sources.of(Rows.file("tests/golden/signed/signed.zip"));
        byte[] manifest = bundle.read(Bundle.MANIFEST);
        byte[][] files = {manifest, bundle.read(Bundle.VECTORS), bundle.read(Bundle.ENTITIES), manifest};
        int refused = 0;
        for (int i = 0; i < TRIES; i++) {
            Reader reader = Reader.values()[i % files.length];
            byte[] data = files[i % files.length].clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                int near = random.nextInt(Math.min(data.length, random.nextBoolean() ? 200 : data.length));
                data[near] = random.nextBoolean() ? (byte) random.nextInt(256) : (byte) "[]{}\",:0-e.\\u"
                        .charAt(random.nextInt(13));
            }
            data = random.nextInt(5) == 0 ? Arrays.copyOf(data, random.nextInt(data.length)) : data;
            try {
                reader.read(data);
            } catch (IllegalArgumentException error) {
                assertTrue(error.getMessage() != null);
                refused++;
            }
        }
        assertTrue("refused " + refused, refused > TRIES / 3);
    }
}
