package io.sluice.simulation;

import io.sluice.broker.NodeKind;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What happened, told to all who watch it; and what they complain of. */
final class History implements ClusterInvariant.Complaints {
    static final String FIFO = "q";
    static final String PRIORITIES = "p";
    /** FIFO, and knows what was sent before. */
    static final String ONCE = "once";
    /** Queues that are bound to the exchange now and then. */
    static final List<String> ROUTED = List.of("routed.a", "routed.b");
    /** What is urgent in the first queue is here, too: the last few. Nobody takes from it. */
    static final String COPIES = "copies";

    static final String EXCHANGE = "x";
    /** Keeps its last messages for later subscribers. */
    static final String TOPIC = "t";

    private final Cluster cluster;
    private final List<LogEntry> committed = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final TransactionsAreWhole transactions = new TransactionsAreWhole();
    private final SubscribersGetAll subscribers = new SubscribersGetAll();
    private final DefinitionsAreKept definitions = new DefinitionsAreKept();
    /** Of all queues that were ever declared. */
    private final TreeSet<String> queues = new TreeSet<>();

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
            subscribers,
            definitions,
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
        int routed;
        int subscriptions;
        int definitions;
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
                batches.forEach(batch -> batch.forEach(this::committed));
                invariants.forEach(invariant -> invariant.committed(entry.index(), batches, this));
            } else if (!committed.get((int) i - 1).isSameAs(entry)) {
                broken("entry " + i + " was committed twice, and is not the same");
                return;
            }
        }
    }

    private void committed(JournalRecord record) {
        if (record instanceof JournalRecord.QueueDeclared declared) {
            queues.add(declared.definition().name());
        }
    }

    /** Names of queues that are there, or were. */
    List<String> queues() {
        return List.copyOf(queues);
    }

    void becamePrimary(long term, int member) {
        counts.primaries++;
        invariants.forEach(invariant -> invariant.becamePrimary(term, member, this));
    }

    void installed() {
        counts.snapshots++;
    }

    /** @param kind of what the address names */
    void accepted(NodeKind kind, String address, String id) {
        if (kind == NodeKind.TOPIC) {
            subscribers.published(id);
            return;
        }
        counts.accepted++;
        counts.routed += kind == NodeKind.EXCHANGE ? 1 : 0;
        invariants.forEach(invariant -> invariant.accepted(address, id, this));
    }

    /** A client asks for a new subscription, or for one it has. @param queue that is the subscription's */
    void subscribes(String queue) {
        subscribers.asked(queue);
    }

    void subscribed(String queue) {
        counts.subscriptions++;
        subscribers.confirmed(queue);
    }

    void unsubscribes(String queue) {
        subscribers.leaves(queue);
    }

    /** An administrator asks that something be so. @param value "" where it is not to be there */
    void defines(String what, String value) {
        definitions.asked(what, value);
    }

    void defined(String what, String value) {
        counts.definitions++;
        definitions.confirmed(what, value);
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
