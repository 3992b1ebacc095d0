package android.content;

import android.content.res.AssetManager;
import android.media.AudioManager;
import java.io.File;

/** As much of Android's as the tests of the app need, on a JVM. */
public class Context {
    public static final String AUDIO_SERVICE = "audio";
    public final AudioManager audio = new AudioManager();
    private final AssetManager assets;
    private final File files;

    public Context(File assets, File files) {
        this.assets = new AssetManager(assets);
        this.files = files;
    }

    public Object getSystemService(String name) {
        return name.equals(AUDIO_SERVICE) ? audio : null;
    }

    public AssetManager getAssets() {
        return assets;
    }

    public File getFilesDir() {
        return files;
    }

    public CharSequence getText(int text) {
        return "text " + text;
    }
}
