package io.sluice.benchmark;

import java.nio.file.Path;

/** One way to keep messages on disk. Producers call from threads of their own. */
interface JournalUnderTest {
    /** Told on a thread of the journal's. */
    interface Durable {
        /** The message survives the machine from now on. */
        void durable(long id);
    }

    /** Messages found when it was opened. */
    long loaded();

    /** Makes the message durable. May make the caller wait when there is no room. */
    void enqueue(long id, byte[] body, Durable durable);

    /** Makes it durable that the message is gone; called once it is durable itself. */
    void settle(long id);

    /** Blocks until all that was asked for is durable, then ends. */
    void close() throws Exception;

    /**
     * @param folder empty, or left by the same contender
     * @param backlog nothing is settled: room for all of it
     */
    static JournalUnderTest open(String contender, Path folder, boolean backlog) throws Exception {
        return switch (contender) {
            case "sluice-journal" -> new SluiceJournal(folder, backlog);
            case "sluice-shard" -> new SluiceShard(folder);
            case "artemis-aio" -> new ArtemisJournal(folder, true);
            case "artemis-nio" -> new ArtemisJournal(folder, false);
            default -> throw new IllegalArgumentException("no contender '" + contender + "'");
        };
    }
}
