package io.sluice.storage.raft;

import io.sluice.broker.port.StorageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node of a cluster has for the members of the groups of all its shards: one server of Ratis, which listens on the node's replication
 * port from its start to its end, so that nobody else gets that. Members come and go in it, each with the lives of its own shard. Any thread.
 */
public final class ReplicaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaServer.class);

    /** Of connections of other nodes: what comes by one is done on its thread, which waits for the disk. */
    private static final int THREADS = 16;

    /** For a disk that stands still. */
    private static final int DONE_MILLIS = 10_000;

    static {
        String threads = "org.apache.ratis.thirdparty.io.netty.eventLoopThreads";
        if (System.getProperty(threads) == null) {
            System.setProperty(
                    threads,
                    Integer.toString(Math.max(THREADS, 2 * Runtime.getRuntime().availableProcessors())));
        }
    }

    private final RaftServer server;
    private final FollowerAnswers.ByGroup answers;
    private final OpenMembers members;
    private final ClientId requester = ClientId.randomId();

    private ReplicaServer(RaftServer server, FollowerAnswers.ByGroup answers, OpenMembers members) {
        this.server = server;
        this.answers = answers;
        this.members = members;
    }

    /**
     * Listens; there are no members yet.
     *
     * @param settings of the group of any of the shards: their timing and limits are the same
     * @param folders where their logs are, those of all of them
     * @throws StorageException the address is in use
     */
    public static ReplicaServer open(RaftSettings settings, List<Path> folders) throws StorageException {
        FollowerAnswers.ByGroup answers = new FollowerAnswers.ByGroup();
        OpenMembers members = new OpenMembers();
        RaftProperties properties = RaftConfig.of(settings);
        // What it finds in its folder while it is built it would open at once, and each shard's store is opened before
        // its log.
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(settings.folder().resolve("none").toFile()));
        try {
            RaftServer server = RaftServer.newBuilder()
                    .setServerId(RaftPeerId.valueOf(settings.self().id()))
                    .setStateMachineRegistry(members)
                    .setProperties(properties)
                    .setParameters(WatchedNetty.parameters(answers, members))
                    .build();
            RaftServerConfigKeys.setStorageDir(
                    properties, folders.stream().map(Path::toFile).toList());
            server.start();
            return new ReplicaServer(server, answers, members);
        } catch (IOException | RuntimeException e) {
            throw Replica.cannotOpen(settings, e);
        }
    }

    /** A member of a group, of which nobody hears before {@link Replica#start}. */
    Replica replica(RaftSettings settings, ShardStateMachine machine) {
        RaftGroupId group = RaftGroupId.valueOf(settings.group());
        return new Replica(new Place(settings, group, machine), group, answers.begin(group));
    }

    /** Of one member. */
    private final class Place implements Replica.Host {
        private final RaftSettings settings;
        private final RaftGroupId group;
        private final ShardStateMachine machine;
        private volatile Optional<OpenMembers.Member> member = Optional.empty();

        private Place(RaftSettings settings, RaftGroupId group, ShardStateMachine machine) {
            this.settings = settings;
            this.group = group;
            this.machine = machine;
        }

        @Override
        public RaftServer server() {
            return server;
        }

        @Override
        public void start() throws IOException {
            // Of several folders Ratis takes the one that has the group already.
            Files.createDirectories(
                    settings.folder().resolve(group.getUuid().toString()).resolve("current"));
            OpenMembers.Member begun = members.begins(group, machine);
            member = Optional.of(begun);
            RaftGroup founders = RaftGroup.valueOf(group, Replica.peers(settings.founders()));
            await(server.groupManagementAsync(
                    GroupManagementRequest.newAdd(requester, server.getId(), -1, founders, false)));
            begun.started();
        }

        @Override
        public void silence() {
            member.ifPresent(its -> members.ends(group, its));
        }

        /** Whoever stops the node may be beside the end of the life, or come when the next one has begun in this place. */
        @Override
        public synchronized void close() throws IOException {
            silence();
            if (member.isPresent() && !member.get().awaitDone(DONE_MILLIS)) {
                LOG.warn("What group {} was sent is not on the disk after {} ms", group, DONE_MILLIS);
            }
            if (members.of(group).isEmpty() && has(group)) {
                CacheEviction.end(server, group);
                await(server.groupManagementAsync(
                        GroupManagementRequest.newRemove(requester, server.getId(), -1, group, false, false)));
            }
        }
    }

    private boolean has(RaftGroupId group) {
        for (RaftGroupId one : server.getGroupIds()) {
            if (one.equals(group)) {
                return true;
            }
        }
        return false;
    }

    private static void await(CompletableFuture<RaftClientReply> reply) throws IOException {
        try {
            Replica.checked(reply.get());
        } catch (ExecutionException e) {
            throw new IOException(Causes.sentence(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** All members are gone before. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("The port for replication was not closed in order: {}", Causes.sentence(e));
        }
    }
}
