package edgeer.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertSame;

import android.content.Context;
import edgeer.Entity;
import edgeer.PersonalResolver;
import java.io.File;
import java.io.IOException;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Catalogs stay while there is room, and own names stay whatever goes. */
public final class CatalogsTest {
    @Rule
    public final TemporaryFolder files = new TemporaryFolder();

    private PersonalResolver load(String name) throws IOException {
        return Catalogs.load(new Context(new File(System.getProperty("edgeer.assets")), files.getRoot()), name);
    }

    @Test
    public void allButTheOneInUseAreForgotten() throws IOException {
        PersonalResolver used = load("radio_it");
        PersonalResolver other = load("radio_es");
        assertSame(other, load("radio_es"));
        Catalogs.keepOnly("radio_it");
        assertSame(used, load("radio_it"));
        assertNotSame(other, load("radio_es"));
        Catalogs.keepOnly(null);
        assertNotSame(used, load("radio_it"));
    }

    @Test
    public void ownNamesAreInTheFileThatIsBackedUp() throws IOException {
        Catalogs.keepOnly(null);
        PersonalResolver before = load("radio_it");
        before.add(Entity.named("Kitchen Radio Example"));
        File file = Catalogs.ownNames(new Context(null, files.getRoot()), "radio_it");
        before.save(file);
        assertEquals(files.getRoot(), file.getParentFile());
        Catalogs.keepOnly(null);
        assertEquals("Kitchen Radio Example", load("radio_it").resolve("kitchen radio example").best().name);
    }
}
