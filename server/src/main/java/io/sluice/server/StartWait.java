package io.sluice.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long a start waits for what its shards answer. Any thread; it blocks.
 *
 * @param end done when nothing more is answered
 * @param limit after which the start has failed; empty: there is none
 */
record StartWait(CompletableFuture<?> end, Optional<Duration> limit) {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Of a broker on its own: the answer comes from its disk. */
    static StartWait alone() {
        return new StartWait(new CompletableFuture<>(), Optional.of(LIMIT));
    }

    /** Of a primary, whose answers are those of a majority: as long as there is none, it waits for the end of its life, and is no less a node. */
    static StartWait until(CompletableFuture<?> end) {
        return new StartWait(end, Optional.empty());
    }

    boolean isOver() {
        return end.isDone();
    }

    /**
     * Returns when there is an answer, or when there will be none.
     *
     * @throws StartFailure there was none in time; with this text
     */
    void await(CompletableFuture<?> answer, String otherwise) throws StartFailure {
        CompletableFuture<Object> any = CompletableFuture.anyOf(answer, end);
        try {
            if (limit.isPresent()) {
                any.get(limit.get().toMillis(), TimeUnit.MILLISECONDS);
            } else {
                any.get();
            }
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new StartFailure(ExitCode.DATA_FOLDER, otherwise, e);
        }
    }
}
