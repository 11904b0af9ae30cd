package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;

/** A snapshot, or entries, that come while a member is being started wait. */
final class StartedMembersTest {
    private static final RaftGroupId GROUP = RaftGroupId.valueOf(UUID.nameUUIDFromBytes(new byte[] {7}));

    private final AtomicReference<RaftPeerRole> role = new AtomicReference<>();
    private final List<String> misfits = new ArrayList<>();
    private IOException fails;

    private <T> T stub(Class<T> kind) {
        return kind.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {kind},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getDivision" -> {
                        assertEquals(GROUP, arguments[0]);
                        yield stub(RaftServer.Division.class);
                    }
                    case "getInfo" -> stub(DivisionInfo.class);
                    case "getCurrentRole" -> role.get();
                    case "getId" -> RaftPeerId.valueOf("n1");
                    case "appendEntries" -> orFailure(AppendEntriesReplyProto.getDefaultInstance());
                    case "installSnapshot" -> orFailure(InstallSnapshotReplyProto.getDefaultInstance());
                    default -> throw new AssertionError(method.getName());
                }));
    }

    private <T> T orFailure(T answer) throws IOException {
        if (fails != null) {
            throw fails;
        }
        return answer;
    }

    private RaftServer server() {
        return StartedMembers.of(stub(RaftServer.class), (group, cause) -> {
            assertEquals(GROUP, group);
            misfits.add(cause.getMessage());
        });
    }

    private static AppendEntriesRequestProto entries() {
        return AppendEntriesRequestProto.newBuilder()
                .setServerRequest(snapshot().getServerRequest())
                .build();
    }

    private static InstallSnapshotRequestProto snapshot() {
        return InstallSnapshotRequestProto.newBuilder()
                .setServerRequest(
                        RaftRpcRequestProto.newBuilder().setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(GROUP)))
                .build();
    }

    @Test
    void itIsToBeSentAgainUntilTheMemberHasARole() throws Exception {
        RaftServer server = server();
        assertThrows(ServerNotReadyException.class, () -> server.installSnapshot(snapshot()));
        role.set(RaftPeerRole.FOLLOWER);
        assertEquals(InstallSnapshotReplyProto.getDefaultInstance(), server.installSnapshot(snapshot()));
    }

    @Test
    void entriesToo() throws Exception {
        RaftServer server = server();
        assertThrows(ServerNotReadyException.class, () -> server.appendEntries(entries()));
        role.set(RaftPeerRole.FOLLOWER);
        assertEquals(AppendEntriesReplyProto.getDefaultInstance(), server.appendEntries(entries()));
    }

    @Test
    void whatTheServerSaysIsSaid() {
        role.set(RaftPeerRole.FOLLOWER);
        fails = new IOException("no room");
        RaftServer server = server();
        assertEquals(
                "no room",
                assertThrows(IOException.class, () -> server.installSnapshot(snapshot()))
                        .getMessage());
        assertEquals("n1", server.getId().toString());
    }

    @Test
    void aLogThatDoesNotFitIsToldOf() {
        role.set(RaftPeerRole.FOLLOWER);
        RaftServer server = server();
        fails = new IOException(new IllegalStateException("gap between 7 and 9"));
        assertThrows(IOException.class, () -> server.appendEntries(entries()));
        assertEquals(List.of("gap between 7 and 9"), misfits);
    }

    @Test
    void whatPassesByItselfIsNotToldOf() {
        role.set(RaftPeerRole.FOLLOWER);
        RaftServer server = server();
        fails = new IOException("no room");
        assertThrows(IOException.class, () -> server.appendEntries(entries()));
        fails = new IOException(new IllegalStateException("the same, of a snapshot"));
        assertThrows(IOException.class, () -> server.installSnapshot(snapshot()));
        assertEquals(List.of(), misfits);
    }
}
