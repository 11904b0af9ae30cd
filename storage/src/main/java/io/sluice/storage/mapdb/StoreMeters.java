package io.sluice.storage.mapdb;

import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Metrics.Counter;
import io.sluice.broker.port.Metrics.Distribution;
import io.sluice.broker.port.Metrics.Unit;
import java.util.function.ToDoubleFunction;

/**
 * What a store tells about itself. Nobody looks into the store for it: how full it is, is written down after every checkpoint.
 *
 * <p>The store's thread, but for {@link #read} and {@link #readFailed}: the one that reads pages.
 */
final class StoreMeters {
    private static final String SIZE = "sluice.storage.size";
    private static final String SIZE_DESCRIPTION = "What the data folder takes on the disk.";

    private final Metrics metrics;
    private final Distribution checkpoint;
    private final Distribution checkpointBytes;
    private final Counter checkpointFailures;
    private final Distribution read;
    private final Counter readFailures;
    /** Null before the restore. */
    private volatile StoreUse use;

    StoreMeters(Metrics metrics) {
        this.metrics = metrics;
        checkpoint = metrics.distribution(
                "sluice.store.checkpoint", Unit.NANOS, "Time a checkpoint took, of those that ended well.");
        checkpointBytes = metrics.distribution(
                "sluice.store.checkpoint.written", Unit.BYTES, "What a checkpoint wrote, the redo included.");
        checkpointFailures = metrics.counter(
                "sluice.store.checkpoint.failed", Unit.COUNT, "Checkpoints that failed; the one before still stands.");
        read = metrics.distribution(
                "sluice.store.read", Unit.NANOS, "Time from asking for a page of messages to having it.");
        readFailures = metrics.counter(
                "sluice.store.read.failed", Unit.COUNT, "Pages of messages that were wanted and could not be read.");
        gauge("sluice.store.pages", Unit.COUNT, "Pages of messages, at the last checkpoint.", StoreUse::pages);
        gauge(
                "sluice.store.slots.free",
                Unit.COUNT,
                "Places in the store file for further pages, at the last checkpoint.",
                StoreUse::freeSlots);
        gauge(
                "sluice.store.live",
                Unit.RATIO,
                "Share of the store file that is messages still in a queue, at the last checkpoint.",
                StoreUse::liveRatio);
        gauge(SIZE, Unit.BYTES, SIZE_DESCRIPTION, StoreUse::fileBytes, "kind", "store");
        gauge(SIZE, Unit.BYTES, SIZE_DESCRIPTION, StoreUse::redoBytes, "kind", "redo");
    }

    private void gauge(String name, Unit unit, String description, ToDoubleFunction<StoreUse> value, String... tags) {
        metrics.gauge(
                name,
                unit,
                description,
                () -> {
                    StoreUse now = use;
                    return now == null ? Double.NaN : value.applyAsDouble(now);
                },
                tags);
    }

    void checkpointed(long nanos) {
        checkpoint.record(nanos);
    }

    void checkpointFailed() {
        checkpointFailures.increment();
    }

    /** By one checkpoint, however it ended. */
    void checkpointWrote(long bytes) {
        checkpointBytes.record(bytes);
    }

    void isNow(StoreUse newUse) {
        use = newUse;
    }

    void read(long nanos) {
        read.record(nanos);
    }

    void readFailed() {
        readFailures.increment();
    }
}
