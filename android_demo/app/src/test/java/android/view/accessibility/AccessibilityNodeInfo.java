package android.view.accessibility;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a screen reader knows of a view: its actions, with their labels. */
public final class AccessibilityNodeInfo {
    public static final int ACTION_CLICK = 16;
    public static final int ACTION_LONG_CLICK = 32;

    /** An action with a label. */
    public static final class AccessibilityAction {
        final int id;
        final CharSequence label;

        public AccessibilityAction(int id, CharSequence label) {
            this.id = id;
            this.label = label;
        }
    }

    public final Map<Integer, CharSequence> actions = new LinkedHashMap<Integer, CharSequence>();

    public void addAction(AccessibilityAction action) {
        actions.put(action.id, action.label);
    }
}
