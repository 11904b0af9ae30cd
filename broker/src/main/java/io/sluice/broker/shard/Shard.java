package io.sluice.broker.shard;

import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.Clock;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.routing.Bindings;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The single-threaded loop that owns a set of queues, their journal and their store. A turn decides what was posted, dispatches
 * what can be dispatched, and hands all decisions to the journal as one batch; when the journal reports a batch, a turn applies
 * it and gives the answers. While the journal writes, the next batch gathers by itself.
 *
 * <p>Only {@link #recover} and {@link #mailbox} are for the outside.
 */
public final class Shard {
    /** A turn gives way to the thread's other work after so many rounds; what is left is the next turn's. */
    private static final int MAX_ROUNDS = 64;

    private final ShardMailbox mailbox;
    private final ShardQueues queues;
    private final LargeReferences large;
    private final ShardTurn turn;
    private final Links links;
    private final Publishing publishing;
    private final AtomicCommits atomicCommits;
    private final Nodes nodes;
    private final Checkpoints checkpoints;
    private final Upkeep upkeep;
    private final Pressure pressure;
    private final Replication replication;
    private final Clock clock;
    private final Consumer<Throwable> onFailure;
    private boolean failed;

    /** The collaborators of a shard are made by {@link #recover}. */
    private Shard(ShardSetup setup) {
        this.clock = setup.clock();
        this.onFailure = setup.onFailure();
        ShardDefinitions definitions = new ShardDefinitions();
        this.mailbox = new ShardMailbox(setup.executor(), this::runTurn, definitions);
        this.pressure = new Pressure(setup.limits());
        this.large = new LargeReferences(setup.largeBodies());
        PageReads pages = new PageReads(setup.store(), mailbox, setup.limits());
        Bindings bindings = new Bindings(setup.topics().filters());
        ShardExchanges exchanges = new ShardExchanges(setup.topics().headers());
        this.queues = new ShardQueues(
                setup.autoCreate(), pages, large, bindings, definitions, exchanges, setup.place(), this::changed);
        this.turn = new ShardTurn(queues, setup.journal(), pressure, setup.limits());
        this.replication = new Replication(queues, setup.limits(), setup.journal());
        TopicProducers topicProducers = new TopicProducers(bindings);
        ExchangeProducers exchangeProducers = new ExchangeProducers(exchanges);
        Supplier<Definitions> defined = setup.topics().defined().orElse(definitions::current);
        Replays replays = new Replays(queues, bindings, setup.topics(), defined, mailbox, turn);
        this.links = new Links(queues, topicProducers, exchangeProducers, replays);
        QueueRemoval removal = new QueueRemoval(queues, links);
        Subscribing subscribing = new Subscribing(queues, bindings, setup.topics(), links, removal, replays);
        int maxBatchBytes = setup.journal().maxBatchBytes();
        Offering offering = new Offering(large, setup.metrics());
        Diverting diverting = new Diverting(queues, setup.topics(), defined, replays::prepare);
        Loops loops = new Loops(queues, bindings, setup.topics(), defined);
        definitions.checkDiverts(loops::refusalOf);
        Routing routing = new Routing(queues, bindings, links.temporaryTopics(), diverting);
        FanOut fanOut = new FanOut(routing, replays, offering, large, maxBatchBytes);
        Acceptance acceptance = new Acceptance(replication);
        this.publishing = new Publishing(
                queues, fanOut, replays, offering, large, pressure, acceptance, maxMessageBytes(maxBatchBytes));
        this.atomicCommits = new AtomicCommits(queues, fanOut, offering, large, pressure, acceptance, turn);
        this.nodes = new Nodes(
                new Administration(queues, links, removal, pages, new Moves(mailbox, setup.place()), loops),
                new TopicAdministration(bindings, topicProducers, subscribing),
                subscribing,
                new ExchangeAdministration(exchanges, exchangeProducers, queues, setup.place()),
                diverting,
                new RouteExplainer(queues, routing));
        links.temporaryTopics().onEnd(nodes.topics::end);
        this.checkpoints = new Checkpoints(queues, setup.store(), setup.journal(), mailbox, setup.limits());
        this.upkeep = new Upkeep(
                new Residency(queues, checkpoints, setup.store(), setup.limits()),
                pages,
                new IdleCheckpoint(setup.limits().idle(), queues, checkpoints),
                new ShardMeters(setup.metrics(), queues, pressure, setup.limits()));
    }

    /** What queues, topics, subscriptions and exchanges there are, and what goes elsewhere. */
    private record Nodes(
            Administration queues,
            TopicAdministration topics,
            Subscribing subscriptions,
            ExchangeAdministration exchanges,
            Diverting diverting,
            RouteExplainer routes) {}

    /** What keeps memory, store and figures in order beside what the shard is asked to do. */
    private record Upkeep(Residency residency, PageReads pages, IdleCheckpoint idle, ShardMeters meters) {
        void tick(long appendedBytes, long nowMillis) {
            meters.tick();
            idle.tick(new IdleCheckpoint.Written(appendedBytes, pages.forgotten()), nowMillis);
        }
    }

    /**
     * Opens the store and the journal, applies what they hold, and starts to serve. Blocks until that is done; the calling thread
     * hands the shard over to its executor. Pages are not read. Where the journal holds more than memory should, checkpoints are
     * written while it is replayed.
     *
     * @throws StorageException what is stored cannot be read, or such a checkpoint failed
     */
    public static Shard recover(ShardSetup setup) throws StorageException {
        Shard shard = new Shard(setup);
        shard.turn.starts(setup.clock().millis());
        Recovery recovery = new Recovery(shard, shard.queues, shard.large, setup.limits());
        recovery.run(setup.store(), setup.journal(), shard.new Commits(recovery));
        if (setup.journal().decidesAtOnce()) {
            shard.mailbox.post((itself, turn) -> itself.subscribing().serves(turn));
        }
        return shard;
    }

    /** What was posted while the shard recovers; nothing is dispatched yet. */
    void decidePosted() {
        for (Command command = mailbox.poll(); command != null; command = mailbox.poll()) {
            decide(command);
        }
        mailbox.turnEnds();
    }

    /** Who was answered that a divert is defined sends by it. */
    private void decide(Command command) {
        nodes.diverting.refresh();
        command.decide(this, turn);
    }

    /** What a message gains as a dead letter must fit a batch too; consumers' annotations have a limit of their own. */
    private static int maxMessageBytes(int maxBatchBytes) {
        return maxBatchBytes - Math.min(maxBatchBytes / 2, 56 << 10);
    }

    /** The way in; any thread. */
    public ShardMailbox mailbox() {
        return mailbox;
    }

    ShardDefinitions definitions() {
        return queues.definitions();
    }

    Links links() {
        return links;
    }

    Publishing publishing() {
        return publishing;
    }

    Subscribing subscribing() {
        return nodes.subscriptions;
    }

    TopicAdministration topics() {
        return nodes.topics;
    }

    ExchangeAdministration exchanges() {
        return nodes.exchanges;
    }

    RouteExplainer routes() {
        return nodes.routes;
    }

    AtomicCommits atomicCommits() {
        return atomicCommits;
    }

    Administration administration() {
        return nodes.queues;
    }

    Checkpoints checkpoints() {
        return checkpoints;
    }

    Residency residency() {
        return upkeep.residency;
    }

    /** Time has passed. */
    void tick(Turn now) {
        if (replication.serves()) {
            administration().moves().tick(now.nowMillis());
            for (Queue queue : queues.all()) {
                if (queue.isDue(now.nowMillis())) {
                    now.dispatchable(queue);
                }
            }
            links.temporaries().tick(now);
            links.unusedQueues().tick(now);
            subscribing().tick(now);
        }
        upkeep.tick(turn.appendedBytes() + replication.replicatedBytes(), now.nowMillis());
    }

    private void changed(Queue queue) {
        turn.dispatchable(queue);
    }

    private void runTurn() {
        try {
            turn.starts(clock.millis());
            publishing.answerHeld(turn);
            for (int round = 0; round < MAX_ROUNDS && !failed && runRound(); round++) {
                // one more
            }
            if (!failed) {
                if (upkeep.residency.balance(turn.nowMillis())) {
                    // The thread's other work comes first.
                    mailbox.post((shard, now) -> {});
                }
                updatePressure();
                large.deleteUnreferenced();
                replication.turnEnds(checkpoints.isRunning());
                turn.ends();
            }
        } catch (RuntimeException | Error defect) {
            fail(defect);
        } finally {
            if (failed) {
                dropCommands();
            }
            mailbox.turnEnds();
        }
    }

    /** A shard that stopped answers nothing, and keeps nothing either. */
    private void dropCommands() {
        Command dropped = mailbox.poll();
        while (dropped != null) {
            dropped = mailbox.poll();
        }
    }

    /** @return whether there was anything to do */
    private boolean runRound() {
        boolean busy = false;
        for (Command command = mailbox.poll(); command != null && !failed; command = mailbox.poll()) {
            decide(command);
            turn.cut();
            busy = true;
        }
        if (failed) {
            return false;
        }
        while (replication.serves()) {
            Queue queue = turn.nextDispatchable();
            if (queue == null) {
                break;
            }
            // Before its declaration is applied no link to it is answered, so nothing may be sent on one.
            if (queue.isDeclared() && !queue.isDeleted()) {
                queue.dispatcher().dispatch(turn);
                links.updateCredit(queue, turn);
                links.changed(queue, turn);
            }
            turn.cut();
        }
        turn.append();
        updatePressure();
        return busy;
    }

    private void updatePressure() {
        pressure.changed(queues.bytes()).ifPresent(reason -> links.pressureChanged(reason, turn));
    }

    private void fail(Throwable cause) {
        if (!failed) {
            failed = true;
            onFailure.accept(cause);
        }
    }

    /** Brings what the journal says to the shard's thread. */
    private final class Commits implements Journal.Listener {
        private final Recovery recovery;

        private Commits(Recovery recovery) {
            this.recovery = recovery;
        }

        @Override
        public void replayed(JournalPosition position) throws StorageException {
            recovery.replayed(position);
        }

        @Override
        public void committed(int batches, JournalPosition position) {
            mailbox.post((shard, now) -> {
                turn.committed(batches);
                checkpoints.applied(position);
            });
        }

        @Override
        public void replicated(List<JournalRecord> records, JournalPosition position, Runnable applied) {
            mailbox.post((shard, now) -> replication.apply(records, position, checkpoints, applied));
        }

        @Override
        public void becamePrimary(long epoch) {
            mailbox.post((shard, now) -> {
                replication.becamePrimary();
                subscribing().serves(now);
            });
        }

        @Override
        public void failed(StorageException cause) {
            mailbox.post((shard, now) -> fail(cause));
        }

        @Override
        public void checkpointWanted(boolean urgent) {
            mailbox.post((shard, now) -> upkeep.residency.journalWantsCheckpoint(urgent));
        }

        @Override
        public void roomLow(boolean low, String reason) {
            mailbox.post((shard, now) -> pressure.roomLow(low, reason));
        }
    }
}
