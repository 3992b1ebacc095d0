package edgeer.demo;

import android.app.Activity;
import android.app.Dialog;
import android.content.ActivityNotFoundException;
import android.content.DialogInterface;
import android.content.Intent;
import android.os.Bundle;
import android.speech.RecognizerIntent;
import android.text.Editable;
import android.text.TextWatcher;
import android.view.View;
import android.widget.AdapterView;
import android.widget.ArrayAdapter;
import android.widget.AutoCompleteTextView;
import android.widget.ListView;
import android.widget.Spinner;
import android.widget.TextView;
import edgeer.Decision;
import edgeer.Entity;
import edgeer.Match;
import edgeer.PersonalResolver;
import edgeer.Resolution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One screen: choose a catalog, type or speak, see who is meant and how sure that is, tap to play. */
public final class MainActivity extends Activity
        implements Asker.Screen,
                Player.Screen,
                TextWatcher,
                View.OnClickListener,
                AdapterView.OnItemSelectedListener,
                AdapterView.OnItemClickListener,
                AdapterView.OnItemLongClickListener {
    private static final String[] LANGUAGES = {"de", "en", "es", "fr", "it"};
    private static final String[] REGIONS = {"DE", "GB", "ES", "FR", "IT"};
    private static final int SPOKEN = 1;
    private static final int OWN_NAME = 1;
    private static final int MOST_TEXTS = 5;
    private static final int SAID = 5;
    private static final String NBEST = "nbest";
    private static final String SURE = "sure";

    private Asker asker;
    private Announcer announcer;
    private boolean released; // the catalog, until the screen is seen again
    private Player player;
    private Results results;
    private Spinner language;
    private AutoCompleteTextView request;
    private Completer completer;
    private TextView decision;
    private TextView status;
    private ArrayList<String> nbest = new ArrayList<String>();
    private float[] sure;
    private boolean hearing; // the text is being set to what was heard

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(R.layout.main);
        language = (Spinner) findViewById(R.id.language);
        request = (AutoCompleteTextView) findViewById(R.id.request);
        completer = new Completer(this);
        request.setAdapter(completer);
        decision = (TextView) findViewById(R.id.decision);
        status = (TextView) findViewById(R.id.status);
        ScreenReader reader = new ScreenReader(decision);
        announcer = new Announcer(reader, reader);
        asker = new Asker(getApplicationContext(), this);
        Object kept = getLastNonConfigurationInstance(); // a stream plays on while the screen turns
        player = kept instanceof Player ? (Player) kept : new Player(getApplicationContext());
        player.showOn(this);
        if (saved != null && saved.getStringArrayList(NBEST) != null) {
            nbest = saved.getStringArrayList(NBEST);
            sure = saved.getFloatArray(SURE);
        }
        ListView list = (ListView) findViewById(R.id.results);
        results = new Results(list);
        list.setOnItemClickListener(this);
        list.setOnItemLongClickListener(this);
        findViewById(R.id.speak).setOnClickListener(this);
        findViewById(R.id.add).setOnClickListener(this);
        List<String> names = new ArrayList<String>();
        for (String each : LANGUAGES) {
            Locale locale = new Locale(each);
            names.add(locale.getDisplayLanguage(locale));
        }
        language.setAdapter(
                new ArrayAdapter<String>(this, android.R.layout.simple_spinner_dropdown_item, names));
        language.setSelection(indexOfOwnLanguage());
    }

    @Override
    protected void onPostCreate(Bundle saved) {
        super.onPostCreate(saved); // the spinner and the text have what they had before the screen turned
        language.setOnItemSelectedListener(this);
        request.addTextChangedListener(this);
    }

    @Override
    protected void onSaveInstanceState(Bundle saved) {
        super.onSaveInstanceState(saved);
        saved.putStringArrayList(NBEST, nbest);
        saved.putFloatArray(SURE, sure);
    }

    /** Memory is short: other catalogs can go, and out of sight all of them. */
    @Override
    public void onTrimMemory(int level) {
        super.onTrimMemory(level);
        if (level >= TRIM_MEMORY_BACKGROUND) {
            released = true;
            completer.use(null);
        }
        if (level >= TRIM_MEMORY_RUNNING_LOW) {
            asker.release(released);
        }
    }

    @Override
    protected void onStart() {
        super.onStart();
        if (released) {
            load(language.getSelectedItemPosition());
        }
    }

    @Override
    public Object onRetainNonConfigurationInstance() {
        return player;
    }

    @Override
    protected void onDestroy() {
        super.onDestroy();
        asker.close();
        announcer.stop();
        player.showOn(null);
        if (!isChangingConfigurations()) {
            player.stop();
        }
    }

    private static int indexOfOwnLanguage() {
        for (int i = 0; i < LANGUAGES.length; i++) {
            if (LANGUAGES[i].equals(Locale.getDefault().getLanguage())) {
                return i;
            }
        }
        return 1; // English
    }

    @Override
    public void onItemSelected(AdapterView<?> parent, View view, int position, long id) {
        load(position);
    }

    private void load(int position) {
        released = false;
        decision.setText(R.string.loading);
        results.show(Collections.<Match>emptyList());
        completer.use(null);
        asker.load("radio_" + LANGUAGES[position]);
        asker.ask(nbest, sure);
    }

    @Override
    public void onNothingSelected(AdapterView<?> parent) {}

    @Override
    public void loaded(PersonalResolver resolver) {
        completer.use(resolver);
        Map<String, Object> counts = Manifests.object(resolver.manifest(), "counts");
        double megabytes = ((Number) resolver.manifest().get("size_bytes")).doubleValue() / 1e6;
        ((TextView) findViewById(R.id.bundle)).setText(getString(
                R.string.bundle, Shown.of(resolver.name()), counts.get("entities"), megabytes, Manifests.recallAt1(resolver)));
        if (nbest.isEmpty()) {
            decision.setText("");
        }
    }

    @Override
    public void answered(Resolution answer, long milliseconds) {
        results.show(answer.matches);
        if (request.getText().toString().trim().isEmpty()) {
            decision.setText("");
            announcer.show("");
            return;
        }
        int text = answer.decision == Decision.MATCH
                ? R.string.decision_match
                : answer.decision == Decision.AMBIGUOUS ? R.string.decision_ambiguous : R.string.decision_no_match;
        String told = getString(text, answer.best() == null ? "" : Shown.of(answer.best().name));
        decision.setText(getString(milliseconds < 1 ? R.string.at_once : R.string.answered_in, told, milliseconds));
        announcer.show(answer.decision == Decision.AMBIGUOUS ? told + " " + results.names(SAID) : told);
    }

    @Override
    public void failed(String message) {
        decision.setText(message);
        announcer.show(message);
    }

    @Override
    public void show(int text, String name) {
        status.setText(getString(text, name));
    }

    @Override
    public void afterTextChanged(Editable text) {
        if (!hearing) {
            nbest = new ArrayList<String>(Collections.singletonList(text.toString()));
            sure = null;
        }
        asker.ask(nbest, sure);
    }

    @Override
    public void beforeTextChanged(CharSequence text, int start, int count, int after) {}

    @Override
    public void onTextChanged(CharSequence text, int start, int before, int count) {}

    @Override
    public void onClick(View button) {
        if (button.getId() == R.id.add) {
            askForName(null);
            return;
        }
        int chosen = language.getSelectedItemPosition();
        Intent intent = new Intent(RecognizerIntent.ACTION_RECOGNIZE_SPEECH)
                .putExtra(RecognizerIntent.EXTRA_LANGUAGE_MODEL, RecognizerIntent.LANGUAGE_MODEL_FREE_FORM)
                .putExtra(RecognizerIntent.EXTRA_LANGUAGE, LANGUAGES[chosen] + "-" + REGIONS[chosen])
                .putExtra(RecognizerIntent.EXTRA_MAX_RESULTS, MOST_TEXTS);
        try {
            startActivityForResult(intent, SPOKEN);
        } catch (ActivityNotFoundException error) {
            status.setText(R.string.no_speech);
        }
    }

    @Override
    protected void onActivityResult(int code, int result, Intent data) {
        super.onActivityResult(code, result, data);
        ArrayList<String> heard =
                data == null ? null : data.getStringArrayListExtra(RecognizerIntent.EXTRA_RESULTS);
        if (code == SPOKEN && result == RESULT_OK && heard != null && !heard.isEmpty()) {
            nbest = heard;
            sure = data.getFloatArrayExtra(RecognizerIntent.EXTRA_CONFIDENCE_SCORES);
            hearing = true;
            request.setText(heard.get(0), false); // what was heard is no beginning
            hearing = false;
        }
    }

    @Override
    public void onItemClick(AdapterView<?> list, View row, int position, long id) {
        player.toggle(results.getItem(position));
    }

    @Override
    public boolean onItemLongClick(AdapterView<?> list, View row, int position, long id) {
        askForName(results.getItem(position));
        return true;
    }

    private void askForName(Match station) {
        showDialog(OWN_NAME, OwnName.about(station));
    }

    @Override
    protected Dialog onCreateDialog(int id, Bundle about) {
        Dialog dialog = OwnName.dialog(this, about, new OwnName.Saver() {
            @Override
            public void save(Entity entry) {
                asker.add(entry);
                asker.ask(nbest, sure);
            }
        });
        dialog.setOnDismissListener(new DialogInterface.OnDismissListener() {
            @Override
            public void onDismiss(DialogInterface gone) {
                removeDialog(OWN_NAME); // the next one is about another station
            }
        });
        return dialog;
    }
}
