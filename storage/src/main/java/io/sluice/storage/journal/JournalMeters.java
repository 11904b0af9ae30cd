package io.sluice.storage.journal;

import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Metrics.Counter;
import io.sluice.broker.port.Metrics.Distribution;
import io.sluice.broker.port.Metrics.Unit;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/** What a journal tells about itself. One thread appends, one writes; each counts in fields of its own. */
final class JournalMeters {
    private static final VarHandle APPENDED = field("appendedBatches");
    private static final VarHandle APPENDED_BYTES = field("appendedBytes");
    private static final VarHandle DURABLE = field("durableBatches");
    private static final VarHandle DURABLE_BYTES = field("durableBytes");

    private final Metrics metrics;
    private final Distribution force;
    private final Distribution frameBytes;
    private final Distribution frameRecords;
    private final Counter slowForces;

    @SuppressWarnings("unused") // written through the handles
    private long appendedBatches;

    @SuppressWarnings("unused")
    private long appendedBytes;

    @SuppressWarnings("unused")
    private long durableBatches;

    @SuppressWarnings("unused")
    private long durableBytes;

    JournalMeters(Metrics metrics) {
        this.metrics = metrics;
        force = metrics.distribution(
                "sluice.journal.force", Unit.NANOS, "Time to write a frame and force it to the disk.");
        frameBytes =
                metrics.distribution("sluice.journal.frame.size", Unit.BYTES, "Size of a frame, one group commit.");
        frameRecords = metrics.distribution("sluice.journal.frame.records", Unit.COUNT, "Records of a frame.");
        slowForces = metrics.counter(
                "sluice.journal.force.slow", Unit.COUNT, "Forces that took longer than storage.slowForceMillis.");
        metrics.gauge(
                "sluice.journal.lag.batches",
                Unit.COUNT,
                "Batches appended and not durable yet.",
                () -> lag(APPENDED, DURABLE));
        metrics.gauge(
                "sluice.journal.lag.messages",
                Unit.BYTES,
                "Messages appended and not durable yet.",
                () -> lag(APPENDED_BYTES, DURABLE_BYTES));
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(JournalMeters.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private double lag(VarHandle appended, VarHandle durable) {
        long done = (long) durable.getAcquire(this); // first: what is durable was appended
        return (long) appended.getAcquire(this) - done;
    }

    private void add(VarHandle counter, long amount) {
        counter.setRelease(this, (long) counter.get(this) + amount);
    }

    /** Where further meters are made. */
    Metrics metrics() {
        return metrics;
    }

    static long messageBytes(List<JournalRecord> batch) {
        long bytes = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.get(i) instanceof Enqueued enqueued) {
                bytes += enqueued.message().encoded().length;
            } else if (batch.get(i) instanceof Published published) {
                bytes += published.message().encoded().length;
            }
        }
        return bytes;
    }

    /** Appending thread. */
    void appended(List<JournalRecord> batch) {
        add(APPENDED_BYTES, messageBytes(batch));
        add(APPENDED, 1);
    }

    /** Writer's thread. */
    void durable(int batches, int records, long messageBytes, int bytes) {
        add(DURABLE_BYTES, messageBytes);
        add(DURABLE, batches);
        frameBytes.record(bytes);
        frameRecords.record(records);
    }

    /** Writer's thread. */
    void forced(long nanos) {
        force.record(nanos);
    }

    /** Writer's thread. */
    void slow() {
        slowForces.increment();
    }
}
