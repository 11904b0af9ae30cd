package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.broker.port.JournalPosition;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;

/** A snapshot, or entries, that come while a member is being started wait. */
final class StartedMembersTest {
    private static final RaftGroupId GROUP = RaftGroupId.valueOf(UUID.nameUUIDFromBytes(new byte[] {7}));

    private final List<String> misfits = new ArrayList<>();
    private final OpenMembers members = new OpenMembers();
    private IOException fails;

    private <T> T stub(Class<T> kind) {
        return kind.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {kind},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "misfit" -> {
                        misfits.add(((Throwable) arguments[0]).getMessage());
                        yield null;
                    }
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
        return StartedMembers.of(stub(RaftServer.class), members);
    }

    private ShardStateMachine machine() {
        return new ShardStateMachine(
                new StoreSnapshots((position, file) -> {}, JournalPosition.START), stub(ReplicaListener.class));
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
    void itIsToBeSentAgainUntilTheMemberIsStarted() throws Exception {
        RaftServer server = server();
        assertThrows(ServerNotReadyException.class, () -> server.installSnapshot(snapshot()));
        members.started(GROUP);
        assertEquals(InstallSnapshotReplyProto.getDefaultInstance(), server.installSnapshot(snapshot()));
    }

    @Test
    void entriesToo() throws Exception {
        RaftServer server = server();
        assertThrows(ServerNotReadyException.class, () -> server.appendEntries(entries()));
        members.started(GROUP);
        assertEquals(AppendEntriesReplyProto.getDefaultInstance(), server.appendEntries(entries()));
    }

    @Test
    void afterItsEndToo() {
        ShardStateMachine machine = machine();
        members.begins(GROUP, machine);
        members.started(GROUP);
        assertEquals(machine, members.apply(GROUP));
        members.ends(GROUP, machine);
        assertThrows(ServerNotReadyException.class, () -> server().appendEntries(entries()));
        assertThrows(IllegalStateException.class, () -> members.apply(GROUP));
    }

    @Test
    void whatTheServerSaysIsSaid() {
        members.started(GROUP);
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
        members.begins(GROUP, machine());
        members.started(GROUP);
        RaftServer server = server();
        fails = new IOException(new IllegalStateException("gap between 7 and 9"));
        assertThrows(IOException.class, () -> server.appendEntries(entries()));
        assertEquals(List.of("gap between 7 and 9"), misfits);
    }

    @Test
    void whatPassesByItselfIsNotToldOf() {
        members.begins(GROUP, machine());
        members.started(GROUP);
        RaftServer server = server();
        fails = new IOException("no room");
        assertThrows(IOException.class, () -> server.appendEntries(entries()));
        fails = new IOException(new IllegalStateException("the same, of a snapshot"));
        assertThrows(IOException.class, () -> server.installSnapshot(snapshot()));
        assertEquals(List.of(), misfits);
    }
}
