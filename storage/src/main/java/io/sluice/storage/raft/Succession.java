package io.sluice.storage.raft;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The primary's role of this node, from the day it gets it to the knowledge of who has it next. The node that loses it votes in between: were
 * it closed at once, its vote might not get out, and where every vote counts there would be no next one. Any thread.
 */
final class Succession {
    private boolean gained;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private final CompletableFuture<String> next = new CompletableFuture<>();

    /**
     * This node is the primary, if it still is: the news may be older than that of the loss.
     *
     * @return whether it is
     */
    synchronized boolean gained(BooleanSupplier stillIs) {
        gained = stillIs.getAsBoolean();
        return gained;
    }

    /**
     * This node is the leader no more.
     *
     * @return whether it had the role; it may have been elected, and not been ready for it yet
     */
    synchronized boolean lost() {
        if (gained) {
            lost.complete(null);
        }
        return gained;
    }

    /** Somebody is the primary, perhaps this node again; of interest only after the loss. */
    void primaryIs(String id) {
        if (lost.isDone()) {
            next.complete(id);
        }
    }

    boolean isLost() {
        return lost.isDone();
    }

    /** Done with the name of the next primary, when this one lost its role. */
    CompletableFuture<String> next() {
        return next;
    }

    /**
     * Waits for the next primary.
     *
     * @return empty where none is known after this time
     */
    Optional<String> await(long millis) throws InterruptedException {
        try {
            return Optional.of(next.get(millis, TimeUnit.MILLISECONDS));
        } catch (TimeoutException none) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
