package edgeer;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A case a line from standard input, its verdict a line on standard output: see benchmarks/trust/children.py. */
public final class Child {
    private static final String[] ASKED = {"pon la cadena ser", "los cuarenta", "kiss fm", "zzz", "\ud83c\udfb5", ""};

    private static final int LONGEST = 1000; // characters of an answer or an error

    private final File work;
    private final Map<String, EntityResolver> kept = new HashMap<String, EntityResolver>();
    private boolean loaded; // in this case; what is refused afterwards is refused too late

    private Child(File work) {
        this.work = work;
    }

    public static void main(String[] arguments) throws IOException {
        Child child = new Child(new File(arguments[0]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, Bundle.UTF_8), 1 << 20);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            byte[] verdict = (child.verdict(new Fields(Json.parse(line.getBytes(Bundle.UTF_8)))) + "\n").getBytes(Bundle.UTF_8);
            System.out.write(verdict, 0, verdict.length);
            System.out.flush();
        }
    }

    private String verdict(Fields given) throws IOException {
        long began = System.nanoTime();
        try {
            List<Object> change = given.has("change") ? given.list("change") : Collections.emptyList();
            Map<File, byte[]> before = changed(change);
            try {
                began = System.nanoTime();
                String found = run(given);
                return "answered\t" + found.substring(0, Math.min(LONGEST, found.length())) + "\t" + (System.nanoTime() - began);
            } finally {
                for (Map.Entry<File, byte[]> file : before.entrySet()) {
                    write(file.getKey(), file.getValue());
                }
            }
        } catch (EdgeErException error) {
            return told(loaded ? "late" : "refused", error, began);
        } catch (RuntimeException error) {
            return told("foreign", error, began);
        } catch (Error error) { // a stack or a heap that is too small
            return told("foreign", error, began);
        }
    }

    private static String told(String verdict, Throwable error, long began) {
        String text = String.valueOf(error).replaceAll("\\s+", " ");
        return verdict + "\t" + text.substring(0, Math.min(LONGEST, text.length())) + "\t" + (System.nanoTime() - began);
    }

    private String run(Fields given) throws IOException {
        loaded = false;
        Trust trust = new Trust();
        if (given.has("sha256")) {
            trust.sha256(given.text("sha256"));
        }
        if (given.has("keys")) {
            for (Object key : given.list("keys")) {
                trust.key((String) key);
            }
        }
        String place = given.text("place");
        boolean keep = given.has("keep");
        EntityResolver resolver = keep ? kept.get(place) : null;
        if (resolver == null) {
            resolver = EntityResolver.load(new File(work, place), trust);
            if (keep) {
                kept.put(place, resolver);
            }
        }
        if (given.has("personal")) {
            PersonalResolver mine = resolver.withEntries(new File(work, given.text("personal")));
            mine.resolve("call mum");
            File saved = new File(work, "saved.jsonl");
            mine.save(saved);
            return resolver.withEntries(saved).ownEntries().size() == mine.ownEntries().size() ? "same" : "other";
        }
        if (given.has("ask")) {
            try {
                return ask(resolver, given.object("ask"));
            } catch (IllegalArgumentException error) { // of an argument, as this library documents
                throw new EdgeErException(String.valueOf(error.getMessage()), error);
            }
        }
        loaded = true;
        if (given.has("load")) {
            return "";
        }
        return given.has("few") ? few(resolver) : asked(resolver);
    }

    /** What a resolver answers to the first request, where many cases are asked. */
    private static String few(EntityResolver resolver) {
        resolver.suggest(ASKED[0]);
        return shown(resolver.resolve(ASKED[0]));
    }

    private static String asked(EntityResolver resolver) {
        StringBuilder all = new StringBuilder();
        for (String request : ASKED) {
            all.append(shown(resolver.resolve(request)));
            resolver.explain(request, new ResolveOptions());
            resolver.suggest(request);
        }
        try {
            resolver.selftest();
        } catch (BundleCorruptException error) { // other golden answers
            all.append(" ");
        }
        return all.toString();
    }

    @SuppressWarnings("unchecked")
    private static String ask(EntityResolver resolver, Fields ask) {
        ResolveOptions options = new ResolveOptions();
        if (ask.has("where")) {
            options.where(ask.object("where").map());
        }
        if (ask.has("ids")) {
            options.ids((List<String>) (List<?>) ask.list("ids"));
        }
        if (ask.has("suggest")) {
            return resolver.suggest(repeated(ask, "suggest"), options).size() + " suggestions";
        }
        if (ask.has("nbest")) {
            List<String> texts = new ArrayList<String>();
            for (Object text : ask.list("nbest")) {
                texts.add(decoded(text));
            }
            return shown(resolver.resolve(texts, null, options));
        }
        return shown(resolver.resolve(repeated(ask, "resolve"), options));
    }

    /** UTF-16 in base 64, for texts may have halves of characters. */
    private static String decoded(Object text) {
        byte[] pairs = Base64.getDecoder().decode((String) text);
        return ByteBuffer.wrap(pairs).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().toString();
    }

    /** A text, and how often it is repeated. */
    private static String repeated(Fields ask, String name) {
        List<Object> text = ask.list(name);
        String one = decoded(text.get(0));
        StringBuilder whole = new StringBuilder(one);
        for (long time = ((Number) text.get(1)).longValue(); time > 1; time--) {
            whole.append(one);
        }
        return whole.toString();
    }

    private static String shown(Resolution answer) {
        StringBuilder shown = new StringBuilder();
        for (Match match : answer.matches) {
            shown.append(shown.length() > 0 ? "," : "").append(match.id).append(' ');
            shown.append(String.format(Locale.ROOT, "%.4f", match.score)).append(match.name);
        }
        return (answer.decision + "[" + shown + "];").replaceAll("\\s+", " ");
    }

    /** Makes the changes; the contents of these files before. */
    private Map<File, byte[]> changed(List<Object> changes) throws IOException {
        Map<File, byte[]> before = new LinkedHashMap<File, byte[]>();
        for (Object each : changes) {
            Fields change = new Fields(each);
            File file = new File(work, change.text("file"));
            byte[] data = file.exists() ? Files.readAllBytes(file.toPath()) : new byte[0];
            before.put(file, data);
            byte[] other = data.clone();
            if (change.has("cut")) {
                other = Arrays.copyOf(data, (int) change.number("cut"));
            } else if (change.has("flip")) {
                other[(int) change.number("flip")] ^= (byte) change.number("by");
            } else {
                other = Base64.getDecoder().decode(change.text("data"));
            }
            write(file, other);
        }
        return before;
    }

    private static void write(File file, byte[] data) throws IOException {
        FileOutputStream out = new FileOutputStream(file);
        out.write(data);
        out.close();
    }
}
