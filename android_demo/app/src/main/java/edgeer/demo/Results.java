package edgeer.demo;

import android.content.Context;
import android.text.TextUtils;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.BaseAdapter;
import android.widget.TextView;
import edgeer.Match;
import java.util.Collections;
import java.util.List;

/** The ranked candidates of an answer, a row each. */
final class Results extends BaseAdapter {
    private final Context context;
    private List<Match> matches = Collections.emptyList();

    Results(Context context) {
        this.context = context;
    }

    void show(List<Match> found) {
        matches = found;
        notifyDataSetChanged();
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
