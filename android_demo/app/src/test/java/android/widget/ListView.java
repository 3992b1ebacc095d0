package android.widget;

import android.content.Context;

/** A list of rows. */
public final class ListView extends AdapterView {
    public ListView(Context context) {
        super(context);
    }
}
