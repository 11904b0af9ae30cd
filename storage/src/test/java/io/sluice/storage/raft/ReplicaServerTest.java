package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.storage.ShardNumber;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with two shards each, whose groups are in one server for each node. */
@Timeout(300)
final class ReplicaServerTest {
    private static final int SHARDS = 2;

    @TempDir
    private Path folder;

    private final List<TwoShards> nodes = new ArrayList<>();

    private static final class TwoShards {
        private final RaftMember self;
        private final ReplicaServer server;
        private final List<TestNode> shards = new ArrayList<>();

        private TwoShards(RaftMember self, List<RaftMember> founders, Path folder) throws Exception {
            this.self = self;
            this.server = TestNode.Part.server(self, folder);
            for (int shard = 0; shard < SHARDS; shard++) {
                TestNode its =
                        new TestNode(self, founders, folder, new TestNode.Part(new ShardNumber(shard, SHARDS), server));
                shards.add(its.start());
                // The folder of the first makes that of the second.
                await(() -> its.livesBegun() > 0);
            }
        }

        private void close() throws Exception {
            end();
            for (TestNode shard : shards) {
                assertNull(shard.failure());
            }
        }

        private void end() throws Exception {
            for (TestNode shard : shards) {
                shard.close();
            }
            server.close();
        }
    }

    private static void await(Callable<Boolean> state) throws Exception {
        while (!state.call()) {
            Thread.sleep(10);
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (TwoShards node : nodes) {
            node.close();
        }
    }

    private TwoShards start(RaftMember member, List<RaftMember> founders) throws Exception {
        TwoShards started = new TwoShards(member, founders, folder.resolve(member.id()));
        nodes.add(started);
        return started;
    }

    private void startThree() throws Exception {
        List<RaftMember> members =
                IntStream.rangeClosed(1, 3).mapToObj(i -> Members.of("n" + i)).toList();
        for (RaftMember member : members) {
            start(member, members);
        }
    }

    private TwoShards primary(int shard) throws Exception {
        TwoShards[] found = {null};
        await(() -> {
            found[0] = nodes.stream()
                    .filter(node -> node.shards.get(shard).isPrimary())
                    .findFirst()
                    .orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    private TwoShards other(TwoShards node) {
        return nodes.stream().filter(one -> one != node).findFirst().orElseThrow();
    }

    private void awaitMessages(int shard, int messages) throws Exception {
        for (TwoShards node : nodes) {
            await(() -> node.shards.get(shard).messages() == messages);
        }
    }

    @Test
    void aShardsRoleComesAndGoesBesideTheOtherShards() throws Exception {
        startThree();
        TwoShards first = primary(0);
        first.shards.get(0).publish(0, 100);
        int lives = first.shards.get(0).livesBegun();
        for (int round = 0; round < 3; round++) {
            TwoShards holder = primary(1);
            holder.shards.get(1).publish(round * 100, 100);
            TestNode holding = holder.shards.get(1);
            int holdersLives = holding.livesBegun();
            holding.administration().transfer(other(holder).self.id());
            await(() -> holding.livesBegun() > holdersLives);
        }
        awaitMessages(1, 300);
        first.shards.get(0).publish(100, 100);
        awaitMessages(0, 200);
        assertTrue(first.shards.get(0).isPrimary());
        assertEquals(lives, first.shards.get(0).livesBegun());
    }

    @Tag("slow")
    @Test
    void aNodeThatIsGoneIsReplacedInEveryShardAndComesBack() throws Exception {
        startThree();
        primary(0).shards.get(0).publish(0, 100);
        primary(1).shards.get(1).publish(0, 50);
        TwoShards gone = primary(0);
        nodes.remove(gone);
        gone.close();
        primary(0).shards.get(0).publish(100, 100);
        primary(1).shards.get(1).publish(50, 50);
        start(gone.self, List.of());
        awaitMessages(0, 200);
        awaitMessages(1, 100);
    }

    @Test
    void aNodeJoinsEveryShardWhereverItIsLedAndIsTakenOutAgain() throws Exception {
        startThree();
        primary(0).shards.get(0).publish(0, 100);
        primary(1).shards.get(1).publish(0, 50);
        TwoShards asked = nodes.get(0);
        TwoShards added = start(Members.of("n4"), List.of());
        for (TestNode shard : asked.shards) {
            shard.administration().add(added.self);
        }
        awaitMessages(0, 100);
        awaitMessages(1, 50);
        for (TestNode shard : asked.shards) {
            assertEquals(4, shard.administration().status().members().size());
        }

        TwoShards holder = primary(1);
        holder.shards.get(1).administration().transfer("n4");
        await(() -> added.shards.get(1).isPrimary());
        await(() -> asked.shards
                .get(1)
                .administration()
                .primary()
                .map(RaftMember::id)
                .equals(Optional.of("n4")));
        for (TestNode shard : asked.shards) {
            assertEquals(added.self, shard.administration().exclude("n4"));
        }
        for (TestNode shard : asked.shards) {
            shard.administration().tellRemoved(added.self);
        }
        // As where it has closed by itself, for those whom it asks for their votes say so, too.
        asked.shards.get(1).administration().tellRemoved(added.self);
        for (TestNode shard : added.shards) {
            await(() -> shard.failure() != null);
        }
        nodes.remove(added);
        added.end();
        primary(0).shards.get(0).publish(100, 1);
        primary(1).shards.get(1).publish(50, 1);
        awaitMessages(0, 101);
        awaitMessages(1, 51);
    }
}
