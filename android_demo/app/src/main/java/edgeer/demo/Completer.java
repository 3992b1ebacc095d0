package edgeer.demo;

import android.content.Context;
import android.widget.ArrayAdapter;
import android.widget.Filter;
import edgeer.PersonalResolver;
import edgeer.Suggestion;
import java.util.ArrayList;
import java.util.List;

/** What the text in the field may become, for the list below it. Suggestions are made on a thread of the framework. */
final class Completer extends ArrayAdapter<String> {
    private static final int SHOWN = 5;

    private volatile PersonalResolver resolver; // null until a catalog is loaded

    Completer(Context context) {
        super(context, android.R.layout.simple_dropdown_item_1line, new ArrayList<String>());
    }

    /** Suggests from this catalog; null for none. */
    void use(PersonalResolver catalog) {
        resolver = catalog;
    }

    @Override
    public Filter getFilter() {
        return filter;
    }

    private final Filter filter = new Filter() {
        @Override
        protected FilterResults performFiltering(CharSequence typed) {
            PersonalResolver asked = resolver;
            List<String> names = new ArrayList<String>();
            if (asked != null && typed != null && typed.toString().trim().length() > 0) {
                for (Suggestion each : asked.suggest(typed.toString(), SHOWN)) {
                    if (!names.contains(each.completed) && !each.completed.contentEquals(typed)) {
                        names.add(Shown.of(each.completed));
                    }
                }
            }
            FilterResults found = new FilterResults();
            found.values = names;
            found.count = names.size();
            return found;
        }

        @Override
        protected void publishResults(CharSequence typed, FilterResults found) {
            clear();
            for (Object name : (List<?>) found.values) {
                add((String) name);
            }
        }
    };
}
