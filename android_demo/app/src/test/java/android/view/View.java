package android.view;

import android.content.Context;
import android.os.Bundle;
import android.view.accessibility.AccessibilityNodeInfo;

/** Something on the screen. */
public class View {
    /** What a screen reader learns of it. */
    public static class AccessibilityDelegate {
        public void onInitializeAccessibilityNodeInfo(View host, AccessibilityNodeInfo info) {}

        public boolean performAccessibilityAction(View host, int action, Bundle arguments) {
            return false;
        }
    }

    private final Context context;

    public View(Context context) {
        this.context = context;
    }

    public Context getContext() {
        return context;
    }
}
