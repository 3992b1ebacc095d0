package edgeer.demo;

import android.app.AlertDialog;
import android.content.Context;
import android.content.DialogInterface;
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

    private OwnName() {}

    /**
     * @param station that gets another name; null for a new entry
     */
    static void ask(Context context, final Match station, final Saver saver) {
        View fields = LayoutInflater.from(context).inflate(R.layout.own_name, null);
        final EditText name = (EditText) fields.findViewById(R.id.own_name);
        final EditText address = (EditText) fields.findViewById(R.id.own_address);
        address.setVisibility(station == null ? View.VISIBLE : View.GONE);
        new AlertDialog.Builder(context)
                .setTitle(
                        station == null
                                ? context.getString(R.string.add_title)
                                : context.getString(R.string.another_name, station.name))
                .setView(fields)
                .setNegativeButton(R.string.cancel, null)
                .setPositiveButton(R.string.save, new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int button) {
                        String text = name.getText().toString();
                        if (!text.trim().isEmpty()) {
                            saver.save(entry(text, address.getText().toString().trim(), station));
                        }
                    }
                })
                .show();
    }

    private static Entity entry(String name, String address, Match station) {
        if (station != null) {
            return new Entity(station.id, name.trim());
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
