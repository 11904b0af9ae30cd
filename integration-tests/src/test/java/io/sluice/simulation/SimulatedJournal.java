package io.sluice.simulation;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A shard's journal over the simulated log, with the behaviour of the real one: it begins as a backup's, tells what is committed in order and
 * waits while too much of it is not applied, proposes a few entries of several batches at a time, and lives until the role is lost.
 */
final class SimulatedJournal implements Journal {
    private static final int MAX_IN_FLIGHT = 3;
    private static final int MAX_AHEAD_BYTES = 2_000;
    private static final int MAX_BATCH_BYTES = 1 << 20;

    private final Life life;
    private final MemberLog log;
    private final World world;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    /** Batches in each entry under way, oldest first. */
    private final ArrayDeque<Integer> submitted = new ArrayDeque<>();

    private Listener listener;
    private Replica replica;
    private long applied;
    private long told;
    private long aheadBytes;
    private LogEntry heldBack;
    private boolean primary;
    private boolean over;

    SimulatedJournal(Life life, MemberLog log, World world) {
        this.life = life;
        this.log = log;
        this.world = world;
    }

    @Override
    public boolean decidesAtOnce() {
        return false;
    }

    @Override
    public boolean mayServe() {
        return !over && replica.holdsLease();
    }

    @Override
    public int maxBatchBytes() {
        return MAX_BATCH_BYTES;
    }

    /** The index of the last entry that the shard was told of. */
    long told() {
        return told;
    }

    Replica replica() {
        return replica;
    }

    @Override
    public JournalPosition open(JournalPosition after, RecordVisitor visitor, Listener newListener)
            throws StorageException {
        listener = newListener;
        applied = after.index();
        if (life.mutated(Mutation.SKIPS_ENTRIES_BEHIND_THE_CHECKPOINT) && applied < log.forced()) {
            applied++;
        }
        if (applied < log.purged()) {
            throw new StorageException("the log begins behind " + log.purged() + ", the checkpoint is of " + applied);
        }
        JournalPosition last = after;
        // How much the primary says is committed before it is known to be one: any part of it.
        long known = Math.min(life.committedOnce(), log.forced());
        long until = known <= applied ? applied : world.between(applied, known);
        while (applied < until) {
            LogEntry entry = log.entry(++applied);
            if (!entry.batches().isEmpty()) {
                entry.records().forEach(record -> record.accept(visitor));
                last = new JournalPosition(entry.term(), entry.index());
                listener.replayed(last);
            }
        }
        told = applied;
        replica = new Replica(life, log, world, applied);
        return last;
    }

    @Override
    public void append(List<JournalRecord> batch) {
        waiting.add(LogEntry.encode(batch));
        life.after(world.between(1, 100), this::submit);
    }

    private void submit() {
        while (!over && replica.isPrimary() && submitted.size() < MAX_IN_FLIGHT && !waiting.isEmpty()) {
            List<byte[]> batches = new ArrayList<>();
            for (long i = world.between(1, 5); i > 0 && !waiting.isEmpty(); i--) {
                batches.add(waiting.remove());
            }
            submitted.add(batches.size());
            replica.append(batches, null);
        }
    }

    /** More may be committed, or more was applied. */
    void apply() {
        while (!over && applied < replica.applicable() && aheadBytes <= MAX_AHEAD_BYTES) {
            LogEntry entry = log.entry(++applied);
            if (!entry.batches().isEmpty()) {
                tell(entry);
            }
            told = applied;
        }
        if (!over && !primary && replica.readyIndex() > 0 && applied >= replica.readyIndex()) {
            primary = true;
            listener.becamePrimary(log.term());
            life.becamePrimary(log.term());
        }
    }

    private void tell(LogEntry entry) {
        if (entry.proposer() == life.number()) {
            listener.committed(submitted.remove(), new JournalPosition(entry.term(), entry.index()));
            life.after(1, this::submit);
        } else if (life.mutated(Mutation.APPLIES_OUT_OF_ORDER) && heldBack == null && world.chance(10)) {
            heldBack = entry;
        } else {
            replicated(entry);
            if (heldBack != null) {
                LogEntry late = heldBack;
                heldBack = null;
                replicated(late);
            }
        }
    }

    private void replicated(LogEntry entry) {
        List<JournalRecord> records = entry.records();
        if (life.mutated(Mutation.APPLIES_HALF_A_BATCH) && records.size() > 1 && world.chance(10)) {
            records = records.subList(0, records.size() - 1);
        }
        int bytes = entry.bytes();
        aheadBytes += bytes;
        listener.replicated(records, new JournalPosition(entry.term(), entry.index()), () -> {
            aheadBytes -= bytes;
            life.after(1, this::apply);
        });
    }

    @Override
    public void checkpointed(JournalPosition position) {
        life.after(world.between(0, 50_000), () -> {
            if (position.index() <= applied) {
                log.purge(position.index());
            }
        });
    }

    /** Nothing comes any more. */
    void over(StorageException cause) {
        if (!over) {
            over = true;
            listener.failed(cause);
        }
    }

    /** The log wants its room back. */
    void wantCheckpoint(boolean urgent) {
        listener.checkpointWanted(urgent);
    }

    long applied() {
        return applied;
    }

    @Override
    public void close() {
        over = true;
    }

    @Override
    public String toString() {
        return "applied " + applied + " of " + log.last() + ", on disk " + log.forced() + ", committed "
                + replica.committed() + ", waiting " + waiting.size() + ", under way " + submitted + ", ahead "
                + aheadBytes + " bytes" + (replica.isPrimary() ? ", primary" : "") + (mayServe() ? ", lease" : "");
    }
}
