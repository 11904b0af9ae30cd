package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.NoLargeBodies;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.server.config.Configuration;
import io.sluice.storage.FileDisk;
import io.sluice.storage.raft.ClusterStatus;
import io.sluice.storage.raft.Promises;
import io.sluice.storage.raft.ReplicaAdministration;
import io.sluice.storage.raft.ReplicaRestart;
import io.sluice.storage.raft.ReplicatedStorage;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster from one opening of its data folder to the next. {@link #run} and {@link #close} on one thread; everything else on any.
 */
final class ClusterLife {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterLife.class);

    private final Configuration configuration;
    private final ServerLoops loops;
    private final MetricsPort metrics;
    private final ReplicatedStorage storage;
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();
    private final CompletableFuture<Boolean> role = new CompletableFuture<>();
    private volatile ServedShards shard;
    private volatile boolean serving;

    private ClusterLife(
            Configuration configuration, ServerLoops loops, MetricsPort metrics, ReplicatedStorage storage) {
        this.configuration = configuration;
        this.loops = loops;
        this.metrics = metrics;
        this.storage = storage;
        end.thenAccept(cause -> role.complete(false));
    }

    /** @param promises of the lives before */
    static ClusterLife open(Configuration configuration, ServerLoops loops, MetricsPort metrics, Promises promises)
            throws StorageException {
        ReplicatedStorage storage = ReplicatedStorage.open(
                new FileDisk(),
                ClusterSettings.dataFolder(configuration),
                ClusterSettings.raft(configuration),
                StorageSettings.of(configuration, 0).messages(),
                metrics.metrics(),
                promises);
        return new ClusterLife(configuration, loops, metrics, storage);
    }

    /**
     * Recovers and goes along until this life ends.
     *
     * @param onPrimary gets what connections share from then on, when this node is the primary and its queues are declared
     * @return why it ended
     */
    Throwable run(Consumer<AmqpEnvironment> onPrimary) throws StartFailure {
        try {
            EffectiveRules rules = EffectiveRules.of(configuration);
            ShardMailbox mailbox = Shard.recover(new ShardSetup(
                            loops.executor(),
                            System::currentTimeMillis,
                            new WatchedJournal(storage.journal(), () -> role.complete(true)),
                            storage.store(),
                            new NoLargeBodies(),
                            ServedShards.limits(configuration),
                            rules::onUse,
                            ServedShards.topics(rules, System::currentTimeMillis),
                            end::complete,
                            metrics.metrics()))
                    .mailbox();
            rules.definedIn(mailbox);
            shard = new ServedShards(List.of(mailbox), configuration.placement());
        } catch (StorageException e) {
            return e;
        }
        if (role.join()) {
            shard.declare(configuration.queues(), ClusterSettings.dataFolder(configuration));
            serving = !end.isDone();
            if (serving) {
                onPrimary.accept(shard.environment(
                        configuration,
                        LargeMessages.NONE,
                        Optional.of(new ClusterAdministration(storage.journal().administration()))));
            }
        }
        return end.join();
    }

    /** Whether clients are served here. */
    boolean serves() {
        return serving;
    }

    void ends() {
        serving = false;
    }

    ClusterStatus status() {
        return storage.journal().administration().status();
    }

    void tick() {
        ServedShards now = shard;
        if (now != null) {
            now.tick();
        }
    }

    /** Gives the role of the primary to the backup that has most; where there is none, nothing happens. */
    void handOver() {
        if (!serving) {
            return;
        }
        ReplicaAdministration administration = storage.journal().administration();
        Optional<String> next = administration.status().members().stream()
                .filter(member -> member.role() == ClusterStatus.Role.BACKUP)
                .min(Comparator.comparing(member -> member.lagRecords().orElse(Long.MAX_VALUE)))
                .map(member -> member.node().id());
        if (next.isEmpty()) {
            return;
        }
        try {
            administration.transfer(next.get());
        } catch (StorageException e) {
            LOG.info("{}; the others will elect a primary", e.getMessage());
        }
    }

    /** Ends this life from outside. */
    void stop(boolean checkpoint) {
        ServedShards now = shard;
        if (checkpoint && now != null && !end.isDone()) {
            now.checkpoint();
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
