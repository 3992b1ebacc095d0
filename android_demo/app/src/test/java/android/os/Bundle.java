package android.os;

/** Arguments of an action; none are used. */
public final class Bundle {}
