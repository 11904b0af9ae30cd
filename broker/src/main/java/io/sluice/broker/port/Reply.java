package io.sluice.broker.port;

import io.sluice.broker.Refusal;

/** The answer to an administrative command; one of the two is called, once, on the shard's thread. */
public interface Reply<T> {
    void done(T value);

    void refused(Refusal refusal);
}
