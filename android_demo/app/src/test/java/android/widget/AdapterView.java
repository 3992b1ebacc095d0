package android.widget;

import android.content.Context;
import android.view.View;
import java.util.ArrayList;
import java.util.List;

/** Rows, of which some are on the screen. */
public class AdapterView extends View {
    public static final int INVALID_POSITION = -1;

    /** Told of a row that is held. */
    public interface OnItemLongClickListener {
        boolean onItemLongClick(AdapterView list, View row, int position, long id);
    }

    public final List<View> rows = new ArrayList<View>();
    public final List<Integer> tapped = new ArrayList<Integer>();
    private OnItemLongClickListener held;

    public AdapterView(Context context) {
        super(context);
    }

    public int getPositionForView(View row) {
        return rows.indexOf(row);
    }

    public long getItemIdAtPosition(int position) {
        return position;
    }

    public boolean performItemClick(View row, int position, long id) {
        return tapped.add(position);
    }

    public void setOnItemLongClickListener(OnItemLongClickListener listener) {
        held = listener;
    }

    public OnItemLongClickListener getOnItemLongClickListener() {
        return held;
    }
}
