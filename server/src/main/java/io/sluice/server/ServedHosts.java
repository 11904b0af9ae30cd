package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.VirtualHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual hosts of a broker on its own, the default one first: each with shards and a folder of its own, all opened together and closed
 * together. One thread, which may block.
 */
final class ServedHosts {
    private static final Logger LOG = LoggerFactory.getLogger(ServedHosts.class);

    private final List<Host> hosts;

    /** @param settings empty: the default one */
    private record Host(
            Optional<VirtualHost> settings,
            Configuration configuration,
            LocalShards storage,
            List<ShardMailbox> mailboxes) {
        ServedShards shards() {
            return new ServedShards(mailboxes, configuration.placement());
        }

        AmqpEnvironment environment() {
            return shards().environment(configuration, storage.large(mailboxes), Optional.empty());
        }

        /** Of its shards, known when they have recovered. */
        Host with(List<ShardMailbox> recovered) {
            return new Host(settings, configuration, storage, recovered);
        }

        String shown() {
            return settings.map(host -> "Virtual host '" + host.name() + "': ").orElse("");
        }
    }

    private ServedHosts(List<Host> hosts) {
        this.hosts = hosts;
    }

    /** @throws StorageException one of the folders cannot be used, as {@link LocalShards#open} says */
    static ServedHosts open(Configuration configuration, Metrics metrics) throws StorageException {
        ServedHosts opened = new ServedHosts(new ArrayList<>());
        boolean all = false;
        try {
            opened.add(Optional.empty(), configuration, TaggedMetrics.ofDefaultHost(metrics, configuration));
            for (VirtualHost host : configuration.virtualHosts().others()) {
                opened.add(Optional.of(host), configuration.of(host), TaggedMetrics.of(metrics, configuration, host));
            }
            all = true;
            return opened;
        } finally {
            if (!all) {
                opened.close();
            }
        }
    }

    private void add(Optional<VirtualHost> settings, Configuration configuration, Metrics metrics)
            throws StorageException {
        hosts.add(new Host(settings, configuration, LocalShards.open(configuration, metrics), List.of()));
    }

    /**
     * Recovers what is stored.
     *
     * @param onFailure hears of each shard that stopped
     * @throws StorageException what one of them has stored cannot be read
     */
    void recover(ServerLoops loops, Consumer<Throwable> onFailure) throws StorageException {
        for (int index = 0; index < hosts.size(); index++) {
            Host host = hosts.get(index);
            hosts.set(index, host.with(host.storage.recover(loops, onFailure)));
        }
        int shards = hosts.get(0).mailboxes.size();
        if (shards > 1) {
            LOG.info(
                    "{} shards: a transaction stays in one, and what leaves a queue for one of another shard goes to"
                            + " a queue beside it that ends with @ and the number of the shard",
                    shards);
        }
    }

    /** @throws StartFailure queues that are declared cannot be, or are stored where nobody would find them */
    void declare() throws StartFailure {
        for (Host host : hosts) {
            ServedShards shards = host.shards();
            shards.checkPlacement(host.storage.folder());
            shards.declare(host.configuration.queues(), host.storage.folder());
        }
        HostFolders.warnOfNobodys(hosts.get(0).configuration);
    }

    /** What all connections share; of virtual hosts, once a peer has named one. */
    AmqpEnvironment environment() {
        NamedHosts named = new NamedHosts(hosts.get(0).environment());
        for (Host host : hosts) {
            host.settings.ifPresent(settings -> {
                named.add(settings, host.environment(), Optional::empty);
                LOG.info("{}its folder is {}", host.shown(), host.storage.folder());
            });
        }
        return named.environment();
    }

    Path folder() {
        return hosts.get(0).storage.folder();
    }

    void tick() {
        hosts.forEach(host -> host.mailboxes.forEach(ShardMailbox::tick));
    }

    /** Nothing more is taken. */
    void closeLargeBodies() {
        hosts.forEach(host -> host.storage.closeLargeBodies());
    }

    void checkpoint() {
        hosts.forEach(host -> host.shards().checkpoint());
    }

    /** The default host last: while its folder is locked nobody takes the others. */
    void close() {
        for (int index = hosts.size() - 1; index >= 0; index--) {
            hosts.get(index).storage.close();
        }
    }
}
