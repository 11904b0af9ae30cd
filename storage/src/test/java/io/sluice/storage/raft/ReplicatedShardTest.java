package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import io.sluice.storage.FileDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyRpcProxy;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.netty.NettyProtos.RaftNettyServerRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.netty.channel.EventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.channel.nio.NioEventLoopGroup;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shards of one group, in this JVM, over the real consensus. */
@Timeout(300)
class ReplicatedShardTest {
    private static final int ROUNDS = 4;
    /** Elections are after 2 s at the latest. */
    private static final int SLOW_MILLIS = 7_000;

    @TempDir
    private Path folder;

    private final List<TestNode> nodes = new ArrayList<>();
    private Disk disk = new FileDisk();

    @AfterEach
    void stop() throws Exception {
        for (TestNode node : nodes) {
            node.close();
            assertNull(node.failure());
        }
    }

    private List<TestNode> group(int size) throws StorageException {
        List<RaftMember> members = IntStream.rangeClosed(1, size)
                .mapToObj(i -> Members.of("n" + i))
                .toList();
        for (RaftMember member : members) {
            nodes.add(start(member, members));
        }
        return nodes;
    }

    private TestNode start(RaftMember member, List<RaftMember> founders) throws StorageException {
        return TestNode.start(member, founders, folder.resolve(member.id()), disk);
    }

    /** Waits for a state that comes by itself. */
    private static void await(Callable<Boolean> state) throws Exception {
        while (!state.call()) {
            Thread.sleep(10);
        }
    }

    private static TestNode primary(List<TestNode> among) throws Exception {
        TestNode[] found = {null};
        await(() -> {
            found[0] = among.stream().filter(TestNode::isPrimary).findFirst().orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    /** The primary, when all of them are there and know it. */
    private static TestNode known(List<TestNode> among) throws Exception {
        TestNode[] found = {null};
        await(() -> {
            found[0] = primary(among);
            for (TestNode node : among) {
                String its = node.administration().primary().map(RaftMember::id).orElse("");
                if (!its.equals(found[0].id())) {
                    return false;
                }
            }
            return found[0].isPrimary();
        });
        return found[0];
    }

    private List<TestNode> others(TestNode node) {
        return nodes.stream().filter(other -> other != node).toList();
    }

    @Test
    void whatIsAcceptedIsOnEveryNode() throws Exception {
        TestNode primary = primary(group(3));
        primary.define("anna");
        primary.publish(0, 1_000);
        for (TestNode node : nodes) {
            await(() -> node.users().equals(Set.of("anna")));
            await(() -> node.messages() == 1_000);
            assertEquals(IntStream.range(0, 1_000).boxed().toList(), node.numbers(1_000));
        }
        assertEquals(1, nodes.stream().filter(TestNode::isPrimary).count());
    }

    @Test
    void aBackupTakesOverWithAllThatWasAccepted() throws Exception {
        TestNode first = primary(group(3));
        first.publish(0, 500);
        first.close();
        List<TestNode> left = others(first);
        TestNode second = primary(left);
        assertEquals(IntStream.range(0, 500).boxed().toList(), second.numbers(500));
        second.publish(500, 500);
        assertEquals(IntStream.range(0, 1_000).boxed().toList(), second.numbers(1_000));
    }

    @Test
    void aNodeThatWasAwayCatchesUpFromASnapshot() throws Exception {
        TestNode primary = primary(group(3));
        primary.publish(0, 100);
        primary.define("anna");
        TestNode away = others(primary).get(0);
        int at = nodes.indexOf(away);
        await(() -> away.messages() == 100);
        away.close();
        Path log = dropLog(primary, 100);
        List<RaftMember> founders = List.of();
        TestNode back = start(member(away, primary), founders);
        nodes.set(at, back);
        await(() -> back.livesBegun() > 1);
        await(() -> back.messages() == 30_100);
        assertEquals(primary.numbers(1_000), back.numbers(1_000));
        assertEquals(Set.of("anna"), back.users());
        assertFalse(Files.exists(log.resolve("tmp").resolve("snapshot")));

        primary.administration().transfer(back.id());
        await(back::isPrimary);
        back.publish(30_100, 10);
        assertEquals(30_110, back.messages());
    }

    /** Publishes 30,000 messages: more than a segment of log, so that some is dropped behind the checkpoint. */
    private Path dropLog(TestNode primary, int first) throws Exception {
        for (int i = 0; i < 30; i++) {
            primary.publish(first + i * 1_000, 1_000);
        }
        primary.checkpoint();
        Path log = folder.resolve(primary.id())
                .resolve("raft")
                .resolve(TestNode.Part.group(0).toString());
        await(() -> !Files.exists(log.resolve("current").resolve("log_inprogress_0"))
                && logsOf(log).stream().noneMatch(file -> file.startsWith("log_0-")));
        return log;
    }

    /** A disk on which copies of the store take longer than any election, and which tells when one is being written. */
    private static Disk slowForCopies(CountDownLatch copying) {
        Disk real = new FileDisk();
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("rename")
                            && arguments[1].toString().contains("/sm/store-")) {
                        copying.countDown();
                        Thread.sleep(SLOW_MILLIS);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aSnapshotThatTakesLongerThanAnElectionForTheOnlyBackupThatIsLeftChangesNothing() throws Exception {
        CountDownLatch copying = new CountDownLatch(1);
        disk = slowForCopies(copying);
        TestNode primary = primary(group(3));
        TestNode away = others(primary).get(0);
        TestNode third = others(primary).get(1);
        RaftMember its = member(away, primary);
        away.close();
        dropLog(primary, 0);
        TestNode back = start(its, List.of());
        nodes.set(nodes.indexOf(away), back);
        copying.await();
        third.close();
        await(() -> back.livesEnded() > 0);
        assertEquals(0, primary.livesEnded(), "it was the primary all the time");
        await(() -> back.livesBegun() > 1);
        await(() -> back.messages() == 30_000);
        known(List.of(primary, back)).publish(30_000, 10);
    }

    @Test
    void aNodeThatEndedRightAfterASnapshotCameGoesOnBehindIt() throws Exception {
        TestNode primary = primary(group(3));
        primary.publish(0, 10);
        TestNode away = others(primary).get(0);
        RaftMember its = member(away, primary);
        await(() -> away.messages() == 10);
        away.close();
        primary.publish(10, 100);
        TestNode next = others(primary).get(1);
        primary.administration().transfer(next.id());
        await(next::isPrimary);
        next.sendCheckpoint(away);
        TestNode back = start(its, List.of());
        nodes.set(nodes.indexOf(away), back);
        await(() -> back.livesBegun() > 0 && back.messages() == 110);
        next.publish(110, 10);
        await(() -> back.messages() == 120);
        assertEquals(next.numbers(120), back.numbers(120));
    }

    @Test
    void aNodeWhoseLogDoesNotFitWhatIsSentOpensItAnew() throws Exception {
        TestNode primary = primary(group(3));
        primary.publish(0, 10);
        TestNode backup = others(primary).get(0);
        await(() -> backup.messages() == 10);
        int lives = backup.livesBegun();
        sendUnfitting(primary, backup);
        await(() -> backup.livesBegun() > lives);
        primary.publish(10, 10);
        await(() -> backup.messages() == 20);
        assertEquals(primary.numbers(20), backup.numbers(20));
    }

    /** An entry of a term that is still to come. */
    private static void sendUnfitting(TestNode primary, TestNode backup) throws Exception {
        RaftRpcRequestProto sender = RaftRpcRequestProto.newBuilder()
                .setRequestorId(RaftPeerId.valueOf(primary.id()).toByteString())
                .setReplyId(RaftPeerId.valueOf(backup.id()).toByteString())
                .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(RaftGroupId.valueOf(TestNode.Part.group(0))))
                .setCallId(1)
                .build();
        long term = primary.administration().status().term();
        AppendEntriesRequestProto entries = AppendEntriesRequestProto.newBuilder()
                .setServerRequest(sender)
                .setLeaderTerm(term)
                .addEntries(LogEntryProto.newBuilder().setTerm(term + 1).setIndex(1_000))
                .build();
        RaftNettyServerRequestProto request = RaftNettyServerRequestProto.newBuilder()
                .setAppendEntriesRequest(entries)
                .build();
        RaftPeer peer = Replica.peers(List.of(member(backup, primary))).get(0);
        EventLoopGroup threads = new NioEventLoopGroup(1);
        try (NettyRpcProxy connection = new NettyRpcProxy(peer, new RaftProperties(), threads)) {
            assertThrows(IOException.class, () -> connection.send(sender, request));
        } finally {
            threads.shutdownGracefully();
        }
    }

    private static List<String> logsOf(Path replica) throws Exception {
        try (var files = Files.list(replica.resolve("current"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static RaftMember member(TestNode node, TestNode asked) throws Exception {
        return asked.administration().status().members().stream()
                .map(ClusterStatus.Member::node)
                .filter(found -> found.id().equals(node.id()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anotherNodeIsMadeThePrimary() throws Exception {
        TestNode first = primary(group(3));
        first.publish(0, 10);
        TestNode second = others(first).get(0);
        first.administration().transfer(second.id());
        await(second::isPrimary);
        await(() -> first.livesBegun() > 1);
        second.publish(10, 10);
        for (TestNode node : nodes) {
            await(() -> node.messages() == 20);
        }
        assertMeters(first, second);
    }

    @Test
    void whatComesWhileTheRoleIsHandedOverDoesNotKeepItFromOneThatIsBehind() throws Exception {
        TestNode first = primary(group(3));
        TestNode behind = others(first).get(0);
        RaftMember its = member(behind, first);
        behind.close();
        first.publish(0, 10);
        CompletableFuture<Void> handedOver = CompletableFuture.runAsync(() -> {
            try {
                first.administration().transfer(its.id(), 100_000);
            } catch (StorageException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        CompletableFuture<Void> refused = CompletableFuture.runAsync(() -> publishUntilItIsRefused(first));
        TestNode next = start(its, List.of());
        nodes.set(nodes.indexOf(behind), next);
        handedOver.get();
        await(next::isPrimary);
        assertEquals(IntStream.range(0, 10).boxed().toList(), next.numbers(10));
        refused.cancel(true);
    }

    private static void publishUntilItIsRefused(TestNode primary) {
        try {
            for (int number = 10; ; number++) {
                primary.publish(number, 1);
            }
        } catch (Exception notAnswered) {
            // it gives its role away
        }
    }

    @Test
    void whoDoesNotAnswerIsNotGivenTheRoleAndThePrimaryGoesOnAccepting() throws Exception {
        TestNode first = primary(group(3));
        TestNode gone = others(first).get(0);
        gone.close();
        nodes.remove(gone);
        CompletableFuture<StorageException> asked = CompletableFuture.supplyAsync(() -> assertThrows(
                StorageException.class, () -> first.administration().transfer(gone.id(), 1_000)));
        int published = 0;
        while (!asked.isDone()) {
            first.publish(published++, 1);
        }
        assertEquals(
                "Cannot make node '" + gone.id()
                        + "' the primary within 1000 ms: it does not answer. The primary is the" + " same as before.",
                asked.get().getMessage());
        assertEquals(published, first.messages());
        assertEquals(1, first.livesBegun());
    }

    private void assertMeters(TestNode first, TestNode second) throws Exception {
        await(() -> second.meter("backups") == 2 && second.meter("lag") == 0);
        assertEquals(3, second.meter("members"));
        assertTrue(second.meter("entry.size sum") > 20 * 1024, "bytes of 20 messages were applied");
        assertTrue(second.meter("commit") >= 1, "its own entry");
        for (TestNode node : nodes) {
            await(() -> node.meter("primary") == (node == second ? 1 : 0));
            assertEquals(node == first ? 1 : 0, node.meter("role.lost"), node.id());
            await(() -> node.meter("term") == second.meter("term"));
        }
        assertTrue(Double.isNaN(first.meter("lag")), "only the primary knows");
    }

    @Test
    void theRoleGoesToAndFroBetweenTwoOfWhichEachNeedsTheOthersVote() throws Exception {
        group(2);
        primary(nodes).publish(0, 1);
        for (int round = 0; round < ROUNDS; round++) {
            // Where the one that gave the role away is slow to come back, the next may have lost it again.
            TestNode holder = known(nodes);
            TestNode next = others(holder).get(0);
            int holdersLives = holder.livesBegun();
            holder.administration().transfer(next.id());
            await(() -> holder.livesBegun() > holdersLives);
        }
        await(() -> primary(nodes).messages() == 1);
    }

    @Test
    void aNodeOnItsOwnGrowsToThreeAndShrinksAgain() throws Exception {
        TestNode first = primary(group(1));
        first.publish(0, 100);
        for (String id : List.of("n2", "n3")) {
            RaftMember member = Members.of(id);
            TestNode added = start(member, List.of());
            nodes.add(added);
            first.administration().add(member);
            await(() -> added.messages() == 100);
        }
        ClusterStatus status = first.administration().status();
        assertEquals(3, status.members().size());
        assertEquals("n1", status.primary().orElseThrow());
        assertThrows(StorageException.class, () -> first.administration().add(member(nodes.get(1), first)));
        assertThrows(StorageException.class, () -> first.administration().remove("n1"));
        assertThrows(StorageException.class, () -> first.administration().remove("nobody"));

        TestNode leaving = nodes.remove(2);
        first.administration().remove("n3");
        await(() -> leaving.failure() != null);
        leaving.close();
        assertEquals(2, first.administration().status().members().size());
        first.publish(100, 1);
        assertTrue(first.isPrimary());
    }
}
