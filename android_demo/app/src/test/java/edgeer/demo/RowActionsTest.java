package edgeer.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import android.content.Context;
import android.view.View;
import android.view.accessibility.AccessibilityNodeInfo;
import android.widget.AdapterView;
import android.widget.ListView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;

/** A screen reader says what a row does, and does it. */
public final class RowActionsTest implements AdapterView.OnItemLongClickListener {
    private final List<Integer> held = new ArrayList<Integer>();

    @Override
    public boolean onItemLongClick(AdapterView list, View row, int position, long id) {
        return held.add(position);
    }

    @Test
    public void aRowSaysAndDoesWhatItCan() {
        ListView list = new ListView(new Context(null, null));
        list.setOnItemLongClickListener(this);
        list.rows.add(new View(null));
        list.rows.add(new View(null));
        RowActions actions = new RowActions(list, 8, 9);
        AccessibilityNodeInfo info = new AccessibilityNodeInfo();
        actions.onInitializeAccessibilityNodeInfo(list.rows.get(1), info);
        assertEquals("{16=text 8, 32=text 9}", info.actions.toString());
        assertTrue(actions.performAccessibilityAction(list.rows.get(1), AccessibilityNodeInfo.ACTION_CLICK, null));
        assertTrue(actions.performAccessibilityAction(list.rows.get(0), AccessibilityNodeInfo.ACTION_LONG_CLICK, null));
        assertFalse(actions.performAccessibilityAction(list.rows.get(0), 64, null));
        assertFalse(actions.performAccessibilityAction(new View(null), AccessibilityNodeInfo.ACTION_CLICK, null)); // gone
        assertEquals(Arrays.asList(1), list.tapped);
        assertEquals(Arrays.asList(0), held);
    }
}
