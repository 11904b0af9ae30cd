package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.storage.raft.OpenMembers.Member;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
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
    private Callable<Void> work = () -> null;

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

    private <T> T orFailure(T answer) throws Exception {
        work.call();
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
        members.begins(GROUP, machine()).started();
        assertEquals(InstallSnapshotReplyProto.getDefaultInstance(), server.installSnapshot(snapshot()));
    }

    @Test
    void entriesToo() throws Exception {
        RaftServer server = server();
        assertThrows(ServerNotReadyException.class, () -> server.appendEntries(entries()));
        members.begins(GROUP, machine()).started();
        assertEquals(AppendEntriesReplyProto.getDefaultInstance(), server.appendEntries(entries()));
    }

    @Test
    void afterItsEndToo() {
        ShardStateMachine machine = machine();
        Member member = members.begins(GROUP, machine);
        member.started();
        assertEquals(machine, members.apply(GROUP));
        members.ends(GROUP, member);
        assertThrows(ServerNotReadyException.class, () -> server().appendEntries(entries()));
        assertThrows(IllegalStateException.class, () -> members.apply(GROUP));
    }

    @Test
    void whatWasTakenIsDoneBeforeTheEnd() throws Exception {
        Member member = members.begins(GROUP, machine());
        member.started();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        work = () -> {
            asked.countDown();
            written.await();
            return null;
        };
        FutureTask<AppendEntriesReplyProto> sent = new FutureTask<>(() -> server().appendEntries(entries()));
        new Thread(sent).start();
        asked.await();
        members.ends(GROUP, member);
        assertThrows(ServerNotReadyException.class, () -> server().appendEntries(entries()));
        assertFalse(member.awaitDone(10));
        written.countDown();
        assertTrue(member.awaitDone(30_000));
        assertEquals(AppendEntriesReplyProto.getDefaultInstance(), sent.get());
    }

    @Test
    void whatTheNextLifeBeganIsNotEndedByTheOneBefore() throws Exception {
        Member before = members.begins(GROUP, machine());
        members.ends(GROUP, before);
        members.begins(GROUP, machine()).started();
        members.ends(GROUP, before);
        assertEquals(AppendEntriesReplyProto.getDefaultInstance(), server().appendEntries(entries()));
    }

    @Test
    void whatFailedIsDone() {
        Member member = members.begins(GROUP, machine());
        member.started();
        fails = new IOException("no room");
        assertThrows(IOException.class, () -> server().installSnapshot(snapshot()));
        assertTrue(member.awaitDone(0));
    }

    @Test
    void whatTheServerSaysIsSaid() {
        members.begins(GROUP, machine()).started();
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
        members.begins(GROUP, machine()).started();
        RaftServer server = server();
        fails = new IOException(new IllegalStateException("gap between 7 and 9"));
        assertThrows(IOException.class, () -> server.appendEntries(entries()));
        assertEquals(List.of("gap between 7 and 9"), misfits);
    }

    @Test
    void whatPassesByItselfIsNotToldOf() {
        members.begins(GROUP, machine()).started();
        RaftServer server = server();
        fails = new IOException("no room");
        assertThrows(IOException.class, () -> server.appendEntries(entries()));
        fails = new IOException(new IllegalStateException("the same, of a snapshot"));
        assertThrows(IOException.class, () -> server.installSnapshot(snapshot()));
        assertEquals(List.of(), misfits);
    }
}
