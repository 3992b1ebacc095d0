package edgeer.demo;

import android.content.Context;
import android.os.Bundle;
import android.view.View;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction;
import android.widget.AdapterView;
import android.widget.ListView;

/** What a screen reader says that a row of a list does, tapped and held, in place of "activate" and "long press". */
final class RowActions extends View.AccessibilityDelegate {
    private final ListView list;
    private final CharSequence tap;
    private final CharSequence hold;

    RowActions(ListView list, int tap, int hold) {
        Context context = list.getContext();
        this.list = list;
        this.tap = context.getText(tap);
        this.hold = context.getText(hold);
    }

    @Override
    public void onInitializeAccessibilityNodeInfo(View row, AccessibilityNodeInfo info) {
        super.onInitializeAccessibilityNodeInfo(row, info);
        info.addAction(new AccessibilityAction(AccessibilityNodeInfo.ACTION_CLICK, tap));
        info.addAction(new AccessibilityAction(AccessibilityNodeInfo.ACTION_LONG_CLICK, hold));
    }

    /** A list does this by a delegate of its own where a row has none. */
    @Override
    public boolean performAccessibilityAction(View row, int action, Bundle arguments) {
        int position = list.getPositionForView(row);
        if (position != AdapterView.INVALID_POSITION) {
            long id = list.getItemIdAtPosition(position);
            if (action == AccessibilityNodeInfo.ACTION_CLICK) {
                return list.performItemClick(row, position, id);
            }
            if (action == AccessibilityNodeInfo.ACTION_LONG_CLICK) {
                return list.getOnItemLongClickListener().onItemLongClick(list, row, position, id);
            }
        }
        return super.performAccessibilityAction(row, action, arguments);
    }
}
