package edgeer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Own entries beside a catalog. */
public final class PersonalTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final EntityResolver base = Rows.resolver("radio_es");
    private final PersonalResolver mine = base.withEntries(Collections.<Entity>emptyList());

    @Test
    public void withoutEntriesNothingChanges() {
        for (String query : new String[] {"pon la cadena ser", "los cuarenta", "zzz"}) {
            assertEquals(base.resolve(query).toString(), mine.resolve(query).toString());
        }
        assertEquals(base.selftest(), mine.selftest());
    }

    @Test
    public void anEntryIsFoundUntilItIsRemoved() {
        Entity mix = Entity.named("Mezcla del gimnasio");
        mine.add(mix);
        assertEquals(mix.id, mine.resolve("pon mezcla del gimnasio").best().id);
        assertEquals(1, mine.ownEntries().size());
        mine.remove(mix.id);
        assertFalse(mine.resolve("pon mezcla del gimnasio").matches.get(0).id.equals(mix.id));
    }

    @Test
    public void anEntityOfTheCatalogGetsAnotherName() {
        Match ser = base.resolve("cadena ser").best();
        mine.add(new Entity(ser.id, "La del desayuno"));
        Match found = mine.resolve("pon la del desayuno").best();
        assertEquals(ser.id, found.id);
        assertEquals("Cadena SER", found.name);
        assertTrue(found.aliases.contains("La del desayuno"));
        assertEquals(ser.metadata.get("streams"), found.metadata.get("streams"));
        assertEquals("Cadena SER", mine.resolve("cadena ser").best().name);
    }

    @Test
    public void whatIsAskedForOftenIsFavoured() {
        Resolution before = mine.resolve("radio");
        String second = before.matches.get(1).id;
        mine.favour(Collections.singletonMap(second, 63.0));
        double after = 0;
        for (Match match : mine.resolve("radio").matches) {
            after = match.id.equals(second) ? match.score : after;
        }
        assertTrue(after > before.matches.get(1).score);
        refused("popularity", Collections.singletonMap(second, -1.0));
    }

    private void refused(String word, java.util.Map<String, Double> counts) {
        try {
            mine.favour(counts);
            fail("favoured");
        } catch (CatalogException error) {
            assertTrue(error.getMessage(), error.getMessage().contains(word));
        }
    }

    @Test
    public void idsAreUsedOnce() {
        mine.add(Entity.named("Mum"));
        try {
            mine.add(Entity.named("Dad"), Entity.named("mum!"));
            fail("added");
        } catch (CatalogException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("already used by 'Mum'"));
        }
        assertEquals("all or none", 1, mine.ownEntries().size());
        try {
            mine.remove("none");
            fail("removed");
        } catch (CatalogException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("'none'"));
        }
        for (String name : new String[] {"", " ", null, new String(new char[1001]).replace('\0', 'a')}) {
            try {
                Entity.named(name);
                fail("named " + name);
            } catch (CatalogException error) {
                assertTrue(error.getMessage(), error.getMessage().startsWith("expected a name"));
            }
        }
    }

    @Test
    public void whatIsSavedComesBack() throws IOException {
        File file = new File(folder.getRoot(), "mine.jsonl");
        mine.add(
                Entity.named("Tía \"Lola\" \ud83d\ude00\n"),
                new Entity(
                        "x", "Y", Arrays.asList("Z"), Arrays.asList("W"), Collections.<String, Object>singletonMap("n", 1L)));
        mine.favour(Collections.singletonMap("x", 3.0));
        mine.save(file);
        PersonalResolver again = base.withEntries(file);
        assertEquals(mine.popularity(), again.popularity());
        for (int i = 0; i < 2; i++) {
            Entity saved = mine.ownEntries().get(i);
            Entity read = again.ownEntries().get(i);
            assertEquals(saved.id, read.id);
            assertEquals(saved.name, read.name);
            assertEquals(saved.aliases, read.aliases);
            assertEquals(saved.spoken, read.spoken);
            assertEquals(saved.metadata, read.metadata);
        }
        assertEquals(mine.resolve("tia lola").toString(), again.resolve("tia lola").toString());
        assertFalse(new File(file.getPath() + ".tmp").exists());
    }

    @Test
    public void aFileThatCannotBeReadNamesTheRow() throws IOException {
        File file = folder.newFile("bad.jsonl");
        FileOutputStream stream = new FileOutputStream(file);
        stream.write("{\"name\": \"Mum\"}\n\n{\"name\": 3}\n".getBytes(Bundle.UTF_8));
        stream.close();
        for (File each : new File[] {file, new File(folder.getRoot(), "none.jsonl")}) {
            try {
                base.withEntries(each);
                fail("read");
            } catch (CatalogException error) {
                assertTrue(error.getMessage(), error.getMessage().contains(each == file ? "row 3" : "cannot be read"));
            }
        }
    }
}
