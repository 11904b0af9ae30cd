package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.management.ClusterNodes;
import io.sluice.amqp.management.ClusterNodes.State;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.storage.raft.ClusterStatus;
import io.sluice.storage.raft.RaftMember;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who asks for a change while a shard goes from one life to the next is answered. */
@Timeout(60)
class ClusterAdministrationTest {
    private final AtomicInteger asked = new AtomicInteger();

    /** Opened by the third question, and a defect then. */
    private ClusterAdministration administration() {
        return new ClusterAdministration("n1", List.of(part(0, Optional.empty())));
    }

    private ClusterAdministration.Part part(int shard, Optional<ClusterStatus> status) {
        return new ClusterAdministration.Part(
                Optional.empty(),
                shard,
                () -> {
                    if (asked.incrementAndGet() < 3) {
                        return Optional.empty();
                    }
                    throw new IllegalStateException("a defect");
                },
                () -> status);
    }

    private static final class Answer implements Reply<Void> {
        private final CompletableFuture<Refusal> refusal = new CompletableFuture<>();

        @Override
        public void done(Void nothing) {
            refusal.completeExceptionally(new AssertionError("done"));
        }

        @Override
        public void refused(Refusal why) {
            refusal.complete(why);
        }
    }

    @Test
    void aChangeWaitsForTheShardAndADefectIsNoSilence() throws Exception {
        Answer answer = new Answer();
        administration().remove("n3", answer);
        Refusal refusal = answer.refusal.get(30, TimeUnit.SECONDS);
        assertEquals(Refusal.Kind.INTERNAL_ERROR, refusal.kind());
        assertEquals(3, asked.get());
    }

    @Test
    void whoLooksIsToldThatNothingIsKnown() {
        ClusterAdministration administration = administration();
        assertEquals(new State(Optional.empty(), 0, List.of()), administration.state());
        assertTrue(administration.replicas().isEmpty());
    }

    @Test
    void aShardThatIsBeingOpenedIsOneOfWhichNothingIsKnown() {
        RaftMember.Endpoint anywhere = new RaftMember.Endpoint("127.0.0.1", 1);
        ClusterStatus known = new ClusterStatus(
                "n1",
                Optional.of("n1"),
                7,
                9,
                List.of(new ClusterStatus.Member(
                        new RaftMember("n1", anywhere, anywhere, anywhere),
                        ClusterStatus.Role.PRIMARY,
                        Optional.of(0L),
                        Optional.of(0L))));
        List<ClusterNodes.Replica> replicas = new ClusterAdministration(
                        "n1", List.of(part(0, Optional.of(known)), part(1, Optional.empty())))
                .replicas();
        assertEquals(
                List.of(
                        new ClusterNodes.Replica(
                                Optional.empty(), 0, "n1", "primary", 7, Optional.of(0L), Optional.of(0L)),
                        new ClusterNodes.Replica(
                                Optional.empty(), 1, "n1", "unknown", 0, Optional.empty(), Optional.empty())),
                replicas);
    }
}
