package io.sluice.storage.mapdb;

import java.util.Arrays;

/** Tokens on their way to the next checkpoint. Shard's thread, until it is {@linkplain #takeAll taken}. */
final class TokenList {
    private long[] tokens = new long[64];
    private int count;

    void add(long token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, count * 2);
        }
        tokens[count++] = token;
    }

    long[] takeAll() {
        long[] taken = Arrays.copyOf(tokens, count);
        count = 0;
        if (tokens.length > 1 << 16) {
            tokens = new long[64];
        }
        return taken;
    }
}
