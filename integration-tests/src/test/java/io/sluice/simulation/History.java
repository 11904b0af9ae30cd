package io.sluice.simulation;

import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What happened, told to all who watch it; and what they complain of. */
final class History implements ClusterInvariant.Complaints {
    static final String FIFO = "q";
    static final String PRIORITIES = "p";
    /** FIFO, and knows what was sent before. */
    static final String ONCE = "once";

    private final Cluster cluster;
    private final List<LogEntry> committed = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final TransactionsAreWhole transactions = new TransactionsAreWhole();
    private final List<ClusterInvariant> invariants = List.of(
            new AcknowledgedIsKept(),
            new SettledStaysAway(),
            new OnePrimary(),
            new OrderOfFirstDeliveries(FIFO, false),
            new OrderOfFirstDeliveries(PRIORITIES, true),
            new OrderOfFirstDeliveries(ONCE, false),
            new AppliedIsPrefix(),
            new NothingTwice(),
            transactions,
            new ReplicasConverge());
    private final Counts counts = new Counts();
    private Throwable cause;

    /** How much of what happened: a simulation in which nothing does proves nothing. */
    static final class Counts {
        int accepted;
        int confirmed;
        int transactions;
        int primaries;
        int snapshots;
        int looksAtBackups;
        int checkpoints;
    }

    History(Cluster cluster) {
        this.cluster = cluster;
    }

    Counts counts() {
        return counts;
    }

    @Override
    public void broken(String what) {
        broken.add(what);
    }

    void broken(String what, Throwable why) {
        broken.add(what);
        cause = cause == null ? why : cause;
    }

    boolean isBroken() {
        return !broken.isEmpty();
    }

    List<String> complaints() {
        return broken;
    }

    /** Of the first complaint that has one; null otherwise. */
    Throwable cause() {
        return cause;
    }

    /** A member says that its log is committed up to here. */
    void committed(MemberLog log, long index) {
        for (long i = log.purged() + 1; i <= Math.min(index, log.last()); i++) {
            LogEntry entry = log.entry(i);
            if (i > committed.size()) {
                committed.add(entry);
                List<List<JournalRecord>> batches =
                        entry.batches().stream().map(LogEntry::decode).toList();
                invariants.forEach(invariant -> invariant.committed(entry.index(), batches, this));
            } else if (!committed.get((int) i - 1).isSameAs(entry)) {
                broken("entry " + i + " was committed twice, and is not the same");
                return;
            }
        }
    }

    void becamePrimary(long term, int member) {
        counts.primaries++;
        invariants.forEach(invariant -> invariant.becamePrimary(term, member, this));
    }

    void installed() {
        counts.snapshots++;
    }

    void accepted(String queue, String id) {
        counts.accepted++;
        invariants.forEach(invariant -> invariant.accepted(queue, id, this));
    }

    void delivered(Life life, String queue, Delivery delivery) {
        Content.Held message =
                new Content.Held(queue, delivery.sequence(), Texts.id(delivery.message()), delivery.deliveryCount());
        List<Integer> serving = cluster.mayServe();
        invariants.forEach(invariant -> invariant.delivered(life.id(), message, serving, this));
    }

    void saidAccepted(String id) {
        invariants.forEach(invariant -> invariant.saidAccepted(id, this));
    }

    void confirmed(String queue, Delivery delivery) {
        counts.confirmed++;
        invariants.forEach(invariant -> invariant.confirmed(queue, delivery.sequence(), this));
    }

    void began(String transaction, int sends, String queue, Delivery delivery) {
        transactions.began(transaction, sends, queue, delivery.sequence());
    }

    void committed(String transaction) {
        counts.transactions++;
        transactions.confirmed(transaction);
    }

    void looked(Life life, long index, Content content) {
        counts.looksAtBackups += life.replica().isPrimary() ? 0 : 1;
        invariants.forEach(invariant -> invariant.looked(life.id(), index, content, this));
    }

    void ended(Map<Integer, Content> members) {
        invariants.forEach(invariant -> invariant.ended(members, this));
    }
}
