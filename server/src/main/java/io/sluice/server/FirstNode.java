package io.sluice.server;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.server.config.Configuration;
import io.sluice.storage.FileDisk;
import io.sluice.storage.Storage;
import io.sluice.storage.raft.FirstMember;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Makes the data folder of a broker on its own, which does not run, that of the first node of a cluster of one: its own part and that of each
 * virtual host, one behind the other.
 */
public final class FirstNode {
    private FirstNode() {}

    /** A virtual host whose folder is still that of a broker on its own; or the default one. */
    private record Alone(Configuration configuration, Storage storage, JournalPosition checkpoint) {
        FirstMember member() {
            return new FirstMember(new FileDisk(), ClusterSettings.raft(configuration, 0));
        }
    }

    /**
     * Blocks until it is done; may be called again where it was cut off.
     *
     * @param configuration of the node, as {@link Configuration#asMember} has it
     * @return the folder
     * @throws StorageException there is no such folder, it is a node's already, it cannot be read, or it has bodies of large messages
     */
    public static Path make(Configuration configuration) throws StorageException {
        Path folder = ClusterSettings.dataFolder(configuration);
        if (configuration.shards() > 1) {
            throw new StorageException("A folder is made that of a cluster's first node with one shard only, but the"
                    + " configuration has shards: " + configuration.shards() + ". Nothing was changed.");
        }
        if (!Files.exists(folder.resolve("format"))) {
            throw new StorageException("There is no data folder of a broker at " + folder + ".");
        }
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "shard"));
        Deque<Alone> hosts = new ArrayDeque<>();
        try {
            for (Configuration host : alone(configuration)) {
                // The default one first: while its folder is locked nobody takes the others.
                hosts.push(open(host, thread));
            }
            for (Alone host : hosts) {
                host.member().check(host.storage.directory());
            }
            while (!hosts.isEmpty()) {
                Alone host = hosts.pop();
                host.member().make(host.storage, host.checkpoint);
            }
        } finally {
            for (Alone host : hosts) {
                host.storage.close();
            }
            thread.shutdown();
        }
        return folder;
    }

    /** Where an attempt was cut off, some are a node's already. Where all are, they are not asked for, but refused. */
    private static List<Configuration> alone(Configuration configuration) {
        List<Configuration> hosts = Stream.concat(
                        Stream.of(configuration),
                        configuration.virtualHosts().others().stream().map(configuration::of))
                .toList();
        List<Configuration> alone = hosts.stream()
                .filter(host -> !Files.exists(ClusterSettings.raft(host, 0).folder()))
                .toList();
        return alone.isEmpty() ? hosts : alone;
    }

    private static Alone open(Configuration configuration, ExecutorService thread) throws StorageException {
        Storage storage = Storage.open(StorageSettings.of(configuration, 0), Metrics.NONE);
        boolean given = false;
        try {
            Alone alone = new Alone(configuration, storage, checkpoint(configuration, storage, thread));
            given = true;
            return alone;
        } finally {
            if (!given) {
                storage.close();
            }
        }
    }

    private static JournalPosition checkpoint(Configuration configuration, Storage storage, ExecutorService thread)
            throws StorageException {
        CompletableFuture<JournalPosition> answer = new CompletableFuture<>();
        ShardMailbox shard = Shard.recover(new ShardSetup(
                                thread,
                                System::currentTimeMillis,
                                storage.journal(),
                                storage.store(),
                                ServedShards.limits(configuration),
                                name -> Optional.empty(),
                                answer::completeExceptionally)
                        .withLargeBodies(storage.largeBodies())
                        .withTopics(ServedShards.topics(EffectiveRules.of(configuration), System::currentTimeMillis)))
                .mailbox();
        shard.checkpoint(new Reply<>() {
            @Override
            public void done(JournalPosition position) {
                answer.complete(position);
            }

            @Override
            public void refused(Refusal refusal) {
                answer.completeExceptionally(new StorageException(refusal.text()));
            }
        });
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw new StorageException(e.getCause().getMessage(), e.getCause());
        }
    }
}
