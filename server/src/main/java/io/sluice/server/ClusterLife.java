package io.sluice.server;

import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.NoLargeBodies;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.server.config.Configuration;
import io.sluice.storage.raft.ClusterStatus;
import io.sluice.storage.raft.ReplicaAdministration;
import io.sluice.storage.raft.ReplicaRestart;
import io.sluice.storage.raft.ReplicatedStorage;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shard of a node of a cluster from one opening of its data folder to the next. {@link #run} and {@link #close} on one thread; everything
 * else on any.
 */
final class ClusterLife {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterLife.class);

    private final ShardOfNode part;
    private final ReplicatedStorage storage;
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();
    private final CompletableFuture<Boolean> role = new CompletableFuture<>();
    private volatile ShardMailbox shard;
    private volatile boolean serving;
    /** As a backup: when the primary was heard of last. */
    private volatile Optional<Long> heardNanos = Optional.empty();

    private volatile boolean given;

    private ClusterLife(ShardOfNode part, ReplicatedStorage storage) {
        this.part = part;
        this.storage = storage;
        end.thenAccept(cause -> role.complete(false));
    }

    static ClusterLife open(ShardOfNode part) throws StorageException {
        return new ClusterLife(part, part.open());
    }

    /**
     * Recovers and goes along until this life ends.
     *
     * @param onRecovered gets the shard, which is a backup's or the primary's
     * @param onPrimary when this node is the primary and its queues are declared
     * @return why it ended
     */
    Throwable run(Consumer<ShardMailbox> onRecovered, Runnable onPrimary) throws StartFailure {
        Configuration configuration = part.configuration();
        try {
            shard = Shard.recover(new ShardSetup(
                            part.loops().executor(),
                            System::currentTimeMillis,
                            new WatchedJournal(storage.journal(), this::gained),
                            storage.store(),
                            new NoLargeBodies(),
                            ServedShards.limits(configuration),
                            part.rules()::onUse,
                            ServedShards.topics(part.rules(), System::currentTimeMillis),
                            end::complete,
                            part.metrics(),
                            part.place()))
                    .mailbox();
            onRecovered.accept(shard);
        } catch (StorageException e) {
            return e;
        }
        if (role.join()) {
            Path folder = ClusterSettings.dataFolder(configuration);
            ServedShards.Placed placed = new ServedShards.Placed(shard, part.place());
            StartWait wait = StartWait.until(end);
            ServedShards.checkPlacement(placed, folder, wait);
            ServedShards.declare(placed, configuration.queues(), folder, wait);
            serving = !end.isDone();
            if (serving) {
                onPrimary.run();
            }
        }
        return end.join();
    }

    /** Who becomes the primary because nobody is heard of has waited for at least this time; who is made it has not. */
    private void gained() {
        long leastNanos = TimeUnit.MILLISECONDS.toNanos(
                ClusterSettings.timing(part.configuration()).electionMinMillis());
        given = heardNanos.map(at -> System.nanoTime() - at < leastNanos).orElse(false);
        role.complete(true);
    }

    /** To be called several times in each election's time-out: how long ago the primary was heard of. */
    void listen() {
        long nowNanos = System.nanoTime();
        administration()
                .map(ReplicaAdministration::primaryHeardMillisAgo)
                .orElse(OptionalLong.empty())
                .ifPresent(ago -> heardNanos = Optional.of(nowNanos - TimeUnit.MILLISECONDS.toNanos(ago)));
    }

    /** Whether another node that was the primary gave the role to this one; sometimes not known on a busy machine, then false. */
    boolean wasGiven() {
        return given;
    }

    /** Users and what else is defined, as far as this replica has it; nothing before it has recovered. */
    Definitions defined() {
        ShardMailbox now = shard;
        return now == null ? Definitions.NONE : now.definitions();
    }

    /** Whether clients are served here. */
    boolean serves() {
        return serving;
    }

    void ends() {
        serving = false;
    }

    /** As this node sees it; empty while that is not open. */
    Optional<ClusterStatus> status() {
        return administration().map(ReplicaAdministration::status);
    }

    /** Empty until this life has opened its log, and from its end on: the next one will say more. */
    Optional<ReplicaAdministration> administration() {
        return end.isDone() ? Optional.empty() : storage.journal().administration();
    }

    void tick() {
        ShardMailbox now = shard;
        if (now != null) {
            now.tick();
        }
    }

    /**
     * Gives the role of the primary to the backup that has most; where there is none, nothing happens. The node is about to stop, and so may
     * be the others: what takes longer than two elections is left to them.
     */
    void handOver() {
        if (!serving) {
            return;
        }
        long electionMillis = ClusterSettings.timing(part.configuration()).electionMaxMillis();
        Optional<ReplicaAdministration> its = administration();
        if (its.isEmpty()) {
            return;
        }
        Optional<String> next = its.get().backups().entrySet().stream()
                .filter(backup -> backup.getValue().silentMillis() <= electionMillis)
                .min(Comparator.comparing(backup -> backup.getValue().lagRecords()))
                .map(Map.Entry::getKey);
        if (next.isEmpty()) {
            return;
        }
        try {
            its.get().transfer(next.get(), 2 * electionMillis);
        } catch (StorageException e) {
            LOG.info("{}; the others will elect a primary", e.getMessage());
        }
    }

    /** Ends this life from outside. */
    void stop(boolean checkpoint) {
        ShardMailbox now = shard;
        if (checkpoint && now != null && !end.isDone()) {
            ServedShards.checkpoint(List.of(now));
        }
        end.complete(new ReplicaRestart("The node is stopped."));
        try {
            // Also where it is still being opened.
            storage.journal().close();
        } catch (StorageException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    void close() throws StorageException {
        storage.close();
    }
}
