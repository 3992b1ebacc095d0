package edgeer.demo;

import android.app.AlertDialog;
import android.app.Dialog;
import android.content.Context;
import android.content.DialogInterface;
import android.os.Bundle;
import android.view.LayoutInflater;
import android.view.View;
import android.widget.EditText;
import edgeer.Entity;
import edgeer.Match;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Asks for a name of one's own: for a station of the catalog, or for a stream that is not in it. */
final class OwnName {
    /** Who is told about the entry. */
    interface Saver {
        void save(Entity entry);
    }

    private static final String ID = "id";
    private static final String NAME = "name";

    private OwnName() {}

    /** What the dialog is about: a station, or nothing. */
    static Bundle about(Match station) {
        Bundle about = new Bundle();
        if (station != null) {
            about.putString(ID, station.id);
            about.putString(NAME, Shown.of(station.name));
        }
        return about;
    }

    /** The dialog; what is typed into it survives a turn of the screen. */
    static Dialog dialog(Context context, Bundle about, final Saver saver) {
        View fields = LayoutInflater.from(context).inflate(R.layout.own_name, null);
        final EditText name = (EditText) fields.findViewById(R.id.own_name);
        final EditText address = (EditText) fields.findViewById(R.id.own_address);
        final String id = about.getString(ID);
        address.setVisibility(id == null ? View.VISIBLE : View.GONE);
        return new AlertDialog.Builder(context)
                .setTitle(
                        id == null
                                ? context.getString(R.string.add_title)
                                : context.getString(R.string.another_name, about.getString(NAME)))
                .setView(fields)
                .setNegativeButton(R.string.cancel, null)
                .setPositiveButton(R.string.save, new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int button) {
                        String text = name.getText().toString();
                        if (!text.trim().isEmpty()) {
                            saver.save(entry(text, address.getText().toString().trim(), id));
                        }
                    }
                })
                .create();
    }

    private static Entity entry(String name, String address, String id) {
        if (id != null) {
            return new Entity(id, name.trim());
        }
        Entity named = Entity.named(name);
        List<String> none = Collections.emptyList();
        Map<String, Object> metadata = Collections.emptyMap();
        if (!address.isEmpty()) {
            metadata = Collections.<String, Object>singletonMap("streams", Collections.singletonList(address));
        }
        return new Entity(named.id, named.name, none, none, metadata);
    }
}
