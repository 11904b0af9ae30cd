package io.sluice.storage.raft;

import io.sluice.broker.port.StorageException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One member of a shard's group, in a server of Ratis that may have the members of other groups, too. Any thread. */
final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    /** A snapshot is a note of where the store's checkpoint stands; nothing is written for it. */
    private static final long SNAPSHOT_MILLIS = 10_000;

    private static final long STEP_DOWN_MILLIS = 10_000;
    private static final long STEP_DOWN_CALL = -3;

    private final RaftServer server;
    private final RaftGroupId group;
    private final FollowerAnswers answers;
    private final Host host;
    /** Of this life: what is proposed in another one is told apart by it. */
    private final ClientId proposer = ClientId.randomId();

    /** What has the member: how it comes to be there, and how it goes. */
    interface Host {
        RaftServer server();

        /** The member is there, and answers others. */
        void start() throws IOException;

        /** It answers no entries that come from now on. */
        void silence();

        /** It is gone, and answers nobody. */
        void close() throws IOException;
    }

    Replica(Host host, RaftGroupId group, FollowerAnswers answers) {
        this.host = host;
        this.server = host.server();
        this.group = group;
        this.answers = answers;
    }

    /**
     * Takes part in elections from now on.
     *
     * @throws StorageException the log cannot be read or belongs to somebody else
     */
    void start(RaftSettings settings) throws StorageException {
        try {
            host.start();
        } catch (IOException | RuntimeException e) {
            throw cannotOpen(settings, e);
        }
    }

    static StorageException cannotOpen(RaftSettings settings, Exception cause) {
        return new StorageException(
                "The replicated journal in " + settings.folder() + " cannot be opened, or "
                        + settings.self().replication() + " cannot be listened on: " + Causes.sentence(cause),
                cause);
    }

    static List<RaftPeer> peers(List<RaftMember> members) {
        return members.stream()
                .map(member -> RaftPeer.newBuilder()
                        .setId(member.id())
                        .setAddress(member.replication().toString())
                        .setClientAddress(member.clients().toString())
                        .setAdminAddress(member.handThrough().toString())
                        .build())
                .toList();
    }

    static RaftMember member(RaftPeer peer) {
        return new RaftMember(
                peer.getId().toString(),
                RaftMember.Endpoint.parse(peer.getAddress()),
                RaftMember.Endpoint.parse(peer.getClientAddress()),
                RaftMember.Endpoint.parse(peer.getAdminAddress()));
    }

    ClientId proposer() {
        return proposer;
    }

    /**
     * Proposes an entry; entries proposed one after the other stand so in the log.
     *
     * @param bytes belong to the log from now on
     * @return fails where the fate of the entry is not known, or it surely is not in the log
     */
    CompletableFuture<Void> propose(long callId, byte[] bytes) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setServerId(server.getId())
                .setClientId(proposer)
                .setGroupId(group)
                .setCallId(callId)
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return division(server.getDivision(group))
                    .submitClientRequestAsync(request)
                    .thenAccept(Replica::checked);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The server would hand the request to a thread of its own and wait for it. */
    private RaftClientAsynchronousProtocol division(RaftServer.Division division) {
        return division instanceof RaftClientAsynchronousProtocol direct ? direct : server;
    }

    static void checked(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new CompletionException(
                    reply.getException() != null ? reply.getException() : new IOException("refused without a reason"));
        }
    }

    /** Tells the server that the log up to the store's checkpoint is not needed any more. */
    void purge() {
        SnapshotManagementRequest request =
                SnapshotManagementRequest.newCreate(proposer, server.getId(), group, -1, SNAPSHOT_MILLIS);
        server.snapshotManagementAsync(request).whenComplete((reply, failure) -> {
            if (failure != null || !reply.isSuccess()) {
                LOG.debug("The log is not purged for now", failure != null ? failure : reply.getException());
            }
        });
    }

    /** As the primary: gives the role up, to nobody; the state machine is told as of any other loss. */
    void stepDown() {
        TransferLeadershipRequest nobody =
                new TransferLeadershipRequest(proposer, server.getId(), group, STEP_DOWN_CALL, null, STEP_DOWN_MILLIS);
        try {
            server.transferLeadershipAsync(nobody).whenComplete((reply, failure) -> {
                if (failure != null || !reply.isSuccess()) {
                    LOG.debug("The role is not given up", failure != null ? failure : reply.getException());
                }
            });
        } catch (IOException closing) {
            LOG.debug("there is no role to be given up", closing);
        }
    }

    RaftServer server() {
        return server;
    }

    /** Whether another member answers now. Blocks for so long, and where it is to be connected to for a while more. */
    boolean isThere(String member, long limitMillis) throws InterruptedException {
        GroupConnections connections = (GroupConnections) server.getServerRpc();
        return connections.isThere(group, RaftPeerId.valueOf(member), limitMillis);
    }

    RaftGroupId group() {
        return group;
    }

    RaftServer.Division division() throws IOException {
        return server.getDivision(group);
    }

    /**
     * As the primary: how long ago a majority, this node among it, was there for sure.
     *
     * @return milliseconds; {@code Long.MAX_VALUE} where this is not the primary
     */
    long majorityAgeMillis() {
        return majorityAgeMillis(FollowerAnswers.Ages::sent);
    }

    /**
     * As the primary: how long ago a majority was heard of, whatever it said.
     *
     * @return milliseconds; {@code Long.MAX_VALUE} where this is not the primary
     */
    long majorityHeardAgeMillis() {
        return majorityAgeMillis(FollowerAnswers.Ages::heard);
    }

    /** How long, in milliseconds, this node has been what it is. */
    long roleAgeMillis() {
        try {
            return division().getInfo().getRoleInfoProto().getRoleElapsedTimeMs();
        } catch (IOException closing) {
            return 0;
        }
    }

    private long majorityAgeMillis(Function<FollowerAnswers.Ages, LongSupplier> which) {
        try {
            RaftServer.Division division = division();
            if (!division.getInfo().isLeader()) {
                return Long.MAX_VALUE;
            }
            // While members change, a majority is one of those before and one of those after.
            return Math.max(
                    majorityAgeMillis(division.getRaftConf().getCurrentPeers(), which),
                    majorityAgeMillis(division.getRaftConf().getPreviousPeers(), which));
        } catch (IOException closing) {
            return Long.MAX_VALUE;
        }
    }

    private long majorityAgeMillis(Collection<RaftPeer> voters, Function<FollowerAnswers.Ages, LongSupplier> which) {
        return answers.majorityAgeMillis(
                voters.stream()
                        .map(RaftPeer::getId)
                        .filter(id -> !id.equals(server.getId()))
                        .toList(),
                which);
    }

    /** Whether this node is elected, and all that earlier leaders committed is applied. */
    boolean leads() {
        try {
            return division().getInfo().isLeader() && division().getInfo().isLeaderReady();
        } catch (IOException closing) {
            return false;
        }
    }

    /** It answers no entries that come from now on; {@link #close} takes a while. */
    void silence() {
        host.silence();
    }

    /** @return whether it is gone, and answers no request that comes from now on */
    boolean close() {
        try {
            host.close();
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("The replicated journal was not closed in order: {}", Causes.sentence(e));
            return false;
        }
    }
}
