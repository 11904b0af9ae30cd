package io.sluice.broker.shard;

import io.sluice.broker.port.Clock;
import io.sluice.broker.port.StorageException;
import java.util.Optional;
import java.util.concurrent.Executor;

/** A shard in memory, for tests of what stands around one: it creates no queues by itself, and a defect of its own fails the test. */
public final class TestShard {
    private TestShard() {}

    /** One that answers within the call; it is always the beginning of 1970. */
    public static ShardMailbox open() {
        return open(Runnable::run, () -> 0);
    }

    public static ShardMailbox open(Executor executor, Clock clock) {
        try {
            return Shard.recover(new ShardSetup(
                            executor,
                            clock,
                            new InMemoryJournal(),
                            new NoStore(),
                            ShardLimits.ofMemory(16 << 20),
                            name -> Optional.empty(),
                            defect -> {
                                throw new AssertionError(defect);
                            }))
                    .mailbox();
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
    }
}
