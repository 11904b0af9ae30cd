package io.sluice.server;

import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.Placement;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardPlace;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.server.config.Configuration;
import io.sluice.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the shards of a broker on its own have in its data folder, opened together and closed together. One thread, which may block. */
final class LocalShards {
    private static final Logger LOG = LoggerFactory.getLogger(LocalShards.class);

    private final Configuration configuration;
    private final Placement placement;
    private final List<Storage> storages;
    private final Metrics metrics;

    private LocalShards(Configuration configuration, List<Storage> storages, Metrics metrics) {
        this.configuration = configuration;
        this.placement = configuration.placement();
        this.storages = storages;
        this.metrics = metrics;
    }

    /** @throws StorageException one of the folders is in use, unusable, too full, of a newer format or of another number of shards */
    static LocalShards open(Configuration configuration, Metrics metrics) throws StorageException {
        int shards = configuration.shards();
        List<Storage> storages = new ArrayList<>();
        boolean opened = false;
        try {
            for (int index = 0; index < shards; index++) {
                storages.add(Storage.open(
                        StorageSettings.of(configuration, index), TaggedMetrics.of(metrics, index, shards)));
            }
            opened = true;
            return new LocalShards(configuration, storages, metrics);
        } finally {
            if (!opened) {
                close(storages);
            }
        }
    }

    Path folder() {
        return storages.get(0).directory().folder();
    }

    /**
     * Recovers all of them, beside each other.
     *
     * @param onFailure hears of each that stopped
     * @throws StorageException what one of them has stored cannot be read
     */
    List<ShardMailbox> recover(ServerLoops loops, Consumer<Throwable> onFailure) throws StorageException {
        EffectiveRules rules = EffectiveRules.of(configuration);
        List<CompletableFuture<ShardMailbox>> recovering = new ArrayList<>();
        for (int index = 0; index < storages.size(); index++) {
            ShardSetup setup = setup(index, rules, loops, onFailure);
            CompletableFuture<ShardMailbox> recovered = new CompletableFuture<>();
            recovering.add(recovered);
            if (storages.size() == 1) {
                recover(setup, recovered);
            } else {
                new Thread(() -> recover(setup, recovered), "recovery-" + index).start();
            }
        }
        // All of them: none may go on with its files when they are closed.
        recovering.forEach(each -> each.exceptionally(failed -> null).join());
        List<ShardMailbox> shards = new ArrayList<>();
        for (CompletableFuture<ShardMailbox> each : recovering) {
            try {
                shards.add(each.join());
            } catch (CompletionException e) {
                throw e.getCause() instanceof StorageException storage
                        ? storage
                        : new StorageException("A shard cannot be recovered: " + e.getCause(), e.getCause());
            }
        }
        // What is defined for the broker as a whole is in the first.
        rules.definedIn(shards.get(0));
        return shards;
    }

    private static void recover(ShardSetup setup, CompletableFuture<ShardMailbox> recovered) {
        try {
            recovered.complete(Shard.recover(setup).mailbox());
        } catch (StorageException | RuntimeException | Error e) {
            recovered.completeExceptionally(e);
        }
    }

    private ShardSetup setup(int index, EffectiveRules rules, ServerLoops loops, Consumer<Throwable> onFailure) {
        Storage storage = storages.get(index);
        return new ShardSetup(
                loops.executor(),
                System::currentTimeMillis,
                new WatchedJournal(storage.journal(), () -> {}),
                storage.store(),
                storage.largeBodies(),
                ServedShards.limits(configuration),
                rules::onUse,
                ServedShards.topics(rules, System::currentTimeMillis),
                onFailure,
                TaggedMetrics.of(metrics, index, storages.size()),
                new ShardPlace(placement, index));
    }

    /** Where front ends keep large bodies. @param shards as recovered */
    LargeMessages large(List<ShardMailbox> shards) {
        Map<ShardMailbox, LargeBodies> bodies = new IdentityHashMap<>();
        for (int index = 0; index < storages.size(); index++) {
            bodies.put(shards.get(index), storages.get(index).largeBodies());
        }
        return new LargeMessages(bodies::get, configuration.amqp().largeMessageBytes());
    }

    /** Nothing more is taken. */
    void closeLargeBodies() {
        storages.forEach(storage -> storage.largeBodies().close());
    }

    void close() {
        close(storages);
    }

    /** The first last: while its folder is locked nobody takes the others. */
    private static void close(List<Storage> storages) {
        for (int index = storages.size() - 1; index >= 0; index--) {
            try {
                storages.get(index).close();
            } catch (StorageException e) {
                LOG.error("{}", e.getMessage());
            }
        }
    }
}
