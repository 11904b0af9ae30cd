package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Journal;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The decisions of the turn that runs, and of earlier ones that the journal has not committed yet. One per shard, used again. */
final class ShardTurn implements Turn {
    private final ShardQueues queues;
    private final Journal journal;
    private final Pressure pressure;
    private final int batchBytes;
    private final int maxBatchBytes;
    private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();
    private final ArrayDeque<Queue> dispatchable = new ArrayDeque<>();
    private final Set<Queue> isDispatchable = Collections.newSetFromMap(new IdentityHashMap<>());
    /** In the order they were called: a run from a seed must be the same twice. */
    private final Set<Client> called = new LinkedHashSet<>();

    private Client calledLast;
    private Batch open = new Batch();
    private boolean atomic;
    private long nowMillis;
    private long appendedBytes;

    ShardTurn(ShardQueues queues, Journal journal, Pressure pressure, ShardLimits limits) {
        this.queues = queues;
        this.journal = journal;
        this.pressure = pressure;
        this.batchBytes = limits.batchBytes();
        this.maxBatchBytes = journal.maxBatchBytes();
    }

    /** The most that one batch may be, in bytes. */
    int maxBatchBytes() {
        return maxBatchBytes;
    }

    void starts(long now) {
        nowMillis = now;
    }

    @Override
    public long nowMillis() {
        return nowMillis;
    }

    @Override
    public void decide(JournalRecord record, boolean durable, Effect then) {
        if (durable) {
            if (open.canBeCut() && open.bytes() + RecordSize.of(record) > maxBatchBytes) {
                append(open.cut());
            }
            open.add(record, then);
        } else if (atomic) {
            open.addEffect(applied -> {
                record.accept(queues);
                then.run(applied);
            });
        } else {
            record.accept(queues);
            then.run(this);
        }
    }

    @Override
    public void cut() {
        if (atomic) {
            return;
        }
        open.mayBeCutHere();
        if (open.bytes() >= batchBytes) {
            append();
        }
    }

    @Override
    public void afterDecided(Effect effect) {
        if (atomic || !open.isEmpty()) {
            open.addEffect(effect);
        } else if (!inFlight.isEmpty()) {
            inFlight.getLast().addEffect(effect);
        } else {
            effect.run(this);
        }
    }

    @Override
    public void calling(Client client) {
        if (client != calledLast) {
            called.add(client);
            calledLast = client;
        }
    }

    @Override
    public void dispatchable(Queue queue) {
        if (isDispatchable.add(queue)) {
            dispatchable.add(queue);
        }
    }

    @Override
    public Queue target(String queueName) {
        return queues.target(queueName, this);
    }

    @Override
    public List<Queue> targets(String exchange, String routingKey, Message message) {
        return queues.deadLetterTargets(exchange, routingKey, message);
    }

    /**
     * All that {@code decisions} decides is one batch, whatever its size, and nothing else is in it. What is not durable is applied
     * with the rest.
     *
     * @return whether there is anything in it for the journal
     */
    boolean atomic(Runnable decisions) {
        append();
        atomic = true;
        decisions.run();
        atomic = false;
        if (open.isEmpty()) {
            // Nothing for the journal: what follows waits for what was decided before, as any answer does.
            Batch effects = open;
            open = new Batch();
            effects.effects().forEach(this::afterDecided);
            return false;
        }
        append();
        return true;
    }

    /** Hands what was decided to the journal. */
    void append() {
        if (!open.isEmpty()) {
            Batch batch = open;
            open = new Batch();
            append(batch);
        }
    }

    private void append(Batch batch) {
        inFlight.add(batch);
        appendedBytes += batch.bytes();
        pressure.appended(batch.bytes());
        journal.append(Collections.unmodifiableList(batch.records()));
    }

    /** Bytes handed to the journal in this life. */
    long appendedBytes() {
        return appendedBytes;
    }

    /** The oldest batches are durable: applies them and runs what follows. */
    void committed(int batches) {
        for (int i = 0; i < batches; i++) {
            Batch batch = inFlight.remove();
            pressure.committed(batch.bytes());
            for (JournalRecord record : batch.records()) {
                record.accept(queues);
            }
            queues.definitions().publish();
            for (Effect effect : batch.effects()) {
                effect.run(this);
            }
        }
    }

    /** @return the next queue that may have something to dispatch, null when there is none */
    Queue nextDispatchable() {
        Queue queue = dispatchable.poll();
        if (queue != null) {
            isDispatchable.remove(queue);
        }
        return queue;
    }

    /** Everybody whose listener was called hears that the turn is over. */
    void ends() {
        for (Client client : called) {
            client.turnEnded();
        }
        called.clear();
        calledLast = null;
    }
}
