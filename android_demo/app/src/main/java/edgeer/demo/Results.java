package edgeer.demo;

import android.content.Context;
import android.text.TextUtils;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.BaseAdapter;
import android.widget.ListView;
import android.widget.TextView;
import edgeer.Match;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The ranked candidates of an answer, a row each. */
final class Results extends BaseAdapter {
    private final Context context;
    private final RowActions actions;
    private List<Match> matches = Collections.emptyList();

    /** Fills a list; its listeners are the caller's. */
    Results(ListView list) {
        context = list.getContext();
        actions = new RowActions(list, R.string.action_play, R.string.action_rename);
        list.setAdapter(this);
    }

    void show(List<Match> found) {
        matches = found;
        notifyDataSetChanged();
    }

    /** The first names, to be said. */
    String names(int most) {
        List<String> names = new ArrayList<String>();
        for (Match match : matches.subList(0, Math.min(most, matches.size()))) {
            names.add(Shown.of(match.name));
        }
        return TextUtils.join(", ", names);
    }

    @Override
    public int getCount() {
        return matches.size();
    }

    @Override
    public Match getItem(int position) {
        return matches.get(position);
    }

    @Override
    public long getItemId(int position) {
        return position;
    }

    @Override
    public View getView(int position, View used, ViewGroup parent) {
        View row = used != null ? used : LayoutInflater.from(context).inflate(R.layout.result, parent, false);
        row.setAccessibilityDelegate(actions);
        Match match = matches.get(position);
        int percent = (int) Math.round(100 * match.confidence);
        ((TextView) row.findViewById(R.id.name)).setText(Shown.of(match.name));
        TextView also = (TextView) row.findViewById(R.id.also);
        also.setText(Shown.of(TextUtils.join(", ", match.aliases)));
        also.setVisibility(match.aliases.isEmpty() ? View.GONE : View.VISIBLE);
        ((TextView) row.findViewById(R.id.confidence)).setText(context.getString(R.string.percent, percent));
        row.setContentDescription(context.getString(R.string.result, Shown.of(match.name), percent));
        return row;
    }
}
