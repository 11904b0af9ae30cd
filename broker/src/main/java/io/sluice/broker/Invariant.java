package io.sluice.broker;

/** Checks of what must be true if our own code is right. A failure is a defect of the broker: it stops the shard. */
public final class Invariant {
    private Invariant() {}

    public static void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("invariant broken: " + what);
        }
    }
}
