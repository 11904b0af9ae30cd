package io.sluice.broker;

import java.util.Arrays;
import java.util.Objects;

/**
 * What consumers of a session keep with it, for whoever has it next.
 *
 * @param bytes theirs, up to {@link #MAX_BYTES}; nobody changes them
 * @param changedAtMillis epoch milliseconds at which it was set
 */
public record SessionState(byte[] bytes, long changedAtMillis) {
    public static final int MAX_BYTES = 256 << 10;

    public SessionState {
        Objects.requireNonNull(bytes, "bytes");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionState state
                && changedAtMillis == state.changedAtMillis
                && Arrays.equals(bytes, state.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes) * 31 + Long.hashCode(changedAtMillis);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes, changed at " + changedAtMillis;
    }
}
