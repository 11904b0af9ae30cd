package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyConfigKeys;
import org.apache.ratis.netty.NettyFactory;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.SnapshotChunkProto;
import org.apache.ratis.proto.RaftProtos.LogInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.GroupInfoRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.protocol.exceptions.TimeoutIOException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.util.ProtoUtils;
import org.apache.ratis.util.TimeDuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one group asks another node for is its own affair. */
@Timeout(60)
final class GroupConnectionsTest {
    private static final RaftGroupId FIRST = RaftGroupId.valueOf(UUID.nameUUIDFromBytes(new byte[] {1}));
    private static final RaftGroupId SECOND = RaftGroupId.valueOf(UUID.nameUUIDFromBytes(new byte[] {2}));

    /** What the other node does before it answers. */
    private interface Work {
        void done(RaftGroupId group) throws Exception;
    }

    private final RaftMember other = Members.of("n2");
    private Work work = group -> {};
    private RaftServerRpc port;
    private GroupConnections connections;

    @BeforeEach
    void start() throws Exception {
        port = new NettyFactory(new Parameters()).newRaftServerRpc(server("n2"));
        port.start();
        RaftServerRpc none = (RaftServerRpc) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RaftServerRpc.class}, (proxy, method, arguments) -> null);
        connections = new GroupConnections(server("n1"), none);
        connections.addRaftPeers(List.of(RaftPeer.newBuilder()
                .setId("n2")
                .setAddress(other.replication().toString())
                .build()));
    }

    @AfterEach
    void stop() throws Exception {
        connections.close();
        port.close();
    }

    private RaftServer server(String id) {
        RaftProperties properties = new RaftProperties();
        NettyConfigKeys.Server.setHost(properties, other.replication().host());
        NettyConfigKeys.Server.setPort(properties, other.replication().port());
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, TimeDuration.valueOf(500, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Rpc.setSleepTime(properties, TimeDuration.ZERO);
        return (RaftServer) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RaftServer.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getId" -> RaftPeerId.valueOf(id);
                    case "getProperties" -> properties;
                    case "getGroupInfo" -> info((GroupInfoRequest) arguments[0]);
                    case "installSnapshot" -> taken((InstallSnapshotRequestProto) arguments[0]);
                    default -> throw new AssertionError(method.getName());
                });
    }

    private GroupInfoReply info(GroupInfoRequest request) throws Exception {
        work.done(request.getRaftGroupId());
        return new GroupInfoReply(
                request,
                List.of(),
                RaftGroup.valueOf(request.getRaftGroupId()),
                RoleInfoProto.getDefaultInstance(),
                true,
                RaftConfigurationProto.getDefaultInstance(),
                LogInfoProto.getDefaultInstance());
    }

    private InstallSnapshotReplyProto taken(InstallSnapshotRequestProto request) throws Exception {
        work.done(ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId()));
        return InstallSnapshotReplyProto.newBuilder()
                .setServerReply(RaftRpcReplyProto.newBuilder()
                        .setRaftGroupId(request.getServerRequest().getRaftGroupId()))
                .build();
    }

    private CompletableFuture<RaftGroupId> snapshot(RaftGroupId group) {
        return snapshot(group, false);
    }

    private CompletableFuture<RaftGroupId> snapshot(RaftGroupId group, boolean last) {
        InstallSnapshotRequestProto request = InstallSnapshotRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setReplyId(RaftPeerId.valueOf("n2").toByteString())
                        .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
                .setSnapshotChunk(SnapshotChunkProto.newBuilder().setDone(last))
                .build();
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return ProtoUtils.toRaftGroupId(connections
                                .installSnapshot(request)
                                .getServerReply()
                                .getRaftGroupId());
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                task -> new Thread(task).start());
    }

    @Test
    void snapshotsOfTwoGroupsAreTakenAtTheSameTime() {
        CyclicBarrier both = new CyclicBarrier(2);
        work = group -> both.await();
        CompletableFuture<RaftGroupId> first = snapshot(FIRST);
        CompletableFuture<RaftGroupId> second = snapshot(SECOND);
        assertEquals(FIRST, first.join());
        assertEquals(SECOND, second.join());
    }

    @Test
    void whoIsNotAnsweredInTimeIsCutOffAlone() throws Exception {
        CountDownLatch firstIsLate = new CountDownLatch(1);
        CountDownLatch secondIsThere = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        work = group -> {
            if (group.equals(SECOND)) {
                secondIsThere.countDown();
                firstIsLate.await();
            } else {
                end.await();
            }
        };
        // The last part of a snapshot has more time.
        CompletableFuture<RaftGroupId> second = snapshot(SECOND, true);
        secondIsThere.await();
        CompletionException late =
                assertThrows(CompletionException.class, () -> snapshot(FIRST).join());
        assertInstanceOf(TimeoutIOException.class, late.getCause());
        firstIsLate.countDown();
        assertEquals(SECOND, second.join());
        end.countDown();
        assertEquals(FIRST, snapshot(FIRST).join(), "by the next connection");
    }

    @Test
    void whoTakesPartAnswersAndNobodyElse() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        work = group -> {
            if (group.equals(SECOND)) {
                throw new GroupMismatchException("not here");
            }
        };
        RaftPeerId n2 = RaftPeerId.valueOf("n2");
        assertTrue(connections.isThere(FIRST, n2, 30_000));
        assertFalse(connections.isThere(SECOND, n2, 30_000));
        work = group -> late.await();
        assertFalse(connections.isThere(FIRST, n2, 50));
        late.countDown();
        work = group -> {};
        assertTrue(connections.isThere(SECOND, n2, 30_000), "by the same connection");
        port.close();
        assertFalse(connections.isThere(FIRST, n2, 30_000));
        assertFalse(connections.isThere(FIRST, n2, 30_000), "nor by the next connection");
    }

    @Test
    void whoCannotBeAskedToBeThePrimaryIsTakenForOneThatDoesNotWantTo() throws Exception {
        port.close();
        StartLeaderElectionRequestProto request = StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(RaftPeerId.valueOf("n1").toByteString())
                        .setReplyId(RaftPeerId.valueOf("n2").toByteString())
                        .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(FIRST))
                        .setCallId(7))
                .build();
        RaftRpcReplyProto reply = connections.startLeaderElection(request).getServerReply();
        assertFalse(reply.getSuccess());
        assertEquals(7, reply.getCallId());
        assertEquals(request.getServerRequest().getReplyId(), reply.getReplyId());
    }
}
