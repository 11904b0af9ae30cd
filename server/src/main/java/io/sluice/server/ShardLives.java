package io.sluice.server;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.raft.RaftMember;
import io.sluice.storage.raft.ReplicaAdministration;
import io.sluice.storage.raft.ReplicaRestart;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A shard of a node of a cluster, which goes from one {@link ClusterLife} to the next on a thread of its own. */
final class ShardLives {
    private static final Logger LOG = LoggerFactory.getLogger(ShardLives.class);

    private final ShardOfNode part;
    private final int shard;
    private final LedShards led;
    private final NodeHost.Node node;
    private final Thread thread;
    private volatile ClusterLife life;
    private volatile boolean stopping;
    private volatile Optional<RaftMember> primary = Optional.empty();

    private ShardLives(ShardOfNode part, ClusterLife first, LedShards led, NodeHost.Node node) {
        this.part = part;
        this.shard = part.place().index();
        this.life = first;
        this.led = led;
        this.node = node;
        this.thread = new Thread(this::live, part.threadName());
    }

    /** @throws StorageException the folder cannot be used */
    static ShardLives open(ShardOfNode part, LedShards led, NodeHost.Node node) throws StorageException {
        return new ShardLives(part, ClusterLife.open(part), led, node);
    }

    /** Closes what was not begun. */
    void abandon() {
        try {
            life.close();
        } catch (StorageException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    void begin() {
        thread.start();
    }

    ShardOfNode part() {
        return part;
    }

    ClusterLife life() {
        return life;
    }

    private void live() {
        try {
            while (oneLife()) {
                ClusterLife next = ClusterLife.open(part);
                life = next;
                if (stopping) {
                    // Whoever stops the node may have ended the life before this one.
                    next.stop(false);
                }
            }
        } catch (StorageException | StartFailure | RuntimeException e) {
            led.lost(shard);
            if (!stopping) {
                BrokerFailure.report(e, node.onFailure());
            }
        }
    }

    /** @return whether there is to be another */
    private boolean oneLife() throws StorageException, StartFailure {
        ClusterLife now = life;
        Throwable end = now.run(mailbox -> led.opened(shard, mailbox), () -> {
            led.gained(shard);
            node.onChange().run();
            LOG.info("This node, {}, is {}", part.configuration().node(), part.primary());
        });
        boolean served = now.serves();
        now.ends();
        primary = Optional.empty();
        led.primary(shard, primary);
        led.lost(shard);
        if (served) {
            // First, so that nobody comes behind those who have to go.
            node.onChange().run();
            node.endpoint().leaveShard(led, shard, "this node is no longer " + part.primary());
        }
        now.close();
        if (stopping) {
            return false;
        }
        if (end instanceof ReplicaRestart) {
            LOG.info("{}{} It goes on as a backup", part.title(), end.getMessage());
            return true;
        }
        BrokerFailure.report(end, node.onFailure());
        return false;
    }

    /** To be called often: who is the primary? */
    void look() {
        ClusterLife now = life;
        if (now.serves() || stopping) {
            return;
        }
        try {
            now.listen();
            Optional<ReplicaAdministration> its = now.administration();
            if (its.isEmpty()) {
                return;
            }
            Optional<RaftMember> found = its.get().primary();
            if (found.equals(primary)) {
                return;
            }
            primary = found;
            boolean elsewhere = found.isPresent()
                    && !found.get().id().equals(part.configuration().node());
            led.primary(shard, found.filter(member -> elsewhere));
            if (elsewhere) {
                LOG.info("{} is {}", found.get().id(), part.primary());
            }
        } catch (RuntimeException e) {
            LOG.debug("nobody knows who is {}", part.primary(), e);
        }
    }

    Optional<RaftMember> primary() {
        return primary;
    }

    /** What is to be known of it where this node is its primary. */
    Optional<LeaderSpread.Led> led() {
        ClusterLife now = life;
        if (!now.serves()) {
            return Optional.empty();
        }
        Optional<ReplicaAdministration> its = now.administration();
        if (its.isEmpty()) {
            return Optional.empty();
        }
        Map<String, LeaderSpread.Backup> others = new HashMap<>();
        its.get()
                .backups()
                .forEach((name, backup) ->
                        others.put(name, new LeaderSpread.Backup(backup.silentMillis(), backup.lagRecords())));
        return Optional.of(new LeaderSpread.Led(shard, its.get().status().term(), now.wasGiven(), others));
    }

    /**
     * Makes another node the primary, as long as this one is.
     *
     * @throws StorageException it did not become the primary
     */
    void give(String to) throws StorageException {
        Optional<ReplicaAdministration> its = life.administration();
        if (its.isPresent()) {
            its.get().transfer(to);
        }
    }

    /** No life begins any more. */
    void stopping() {
        stopping = true;
    }

    /** Waits until the last life has ended. */
    void join(long limitNanos) {
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(limitNanos)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
