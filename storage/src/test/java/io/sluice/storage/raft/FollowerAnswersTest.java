package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class FollowerAnswersTest {
    private static final RaftPeerId A = RaftPeerId.valueOf("a");
    private static final RaftPeerId B = RaftPeerId.valueOf("b");
    private static final RaftPeerId C = RaftPeerId.valueOf("c");
    private static final RaftPeerId D = RaftPeerId.valueOf("d");

    private final FollowerAnswers answers = new FollowerAnswers();

    private void sent(RaftPeerId id, long ageMillis) {
        answers.follows(id, new FollowerAnswers.Ages(() -> ageMillis, () -> 0));
    }

    private long majorityAgeMillis(List<RaftPeerId> others) {
        return answers.majorityAgeMillis(others, FollowerAnswers.Ages::sent);
    }

    @Test
    void aNodeOnItsOwnIsItsMajority() {
        assertEquals(0, majorityAgeMillis(List.of()));
    }

    @Test
    void theYoungestAnswersThatMakeAMajorityWithThisNodeCount() {
        sent(A, 500);
        sent(B, 20);
        sent(C, 70);
        sent(D, 900);
        assertEquals(500, majorityAgeMillis(List.of(A)));
        assertEquals(20, majorityAgeMillis(List.of(A, B)));
        assertEquals(70, majorityAgeMillis(List.of(A, B, C)));
        assertEquals(70, majorityAgeMillis(List.of(A, B, C, D)));
    }

    @Test
    void whoNeverAnsweredDoesNotCount() {
        sent(A, 20);
        assertEquals(20, majorityAgeMillis(List.of(A, B)));
        assertEquals(Long.MAX_VALUE, majorityAgeMillis(List.of(B)));
        assertEquals(Long.MAX_VALUE, majorityAgeMillis(List.of(A, B, C)));
    }

    @Test
    void aNewTermForgetsTheOldOnesAnswers() {
        sent(A, 20);
        sent(A, 4_000);
        assertEquals(4_000, majorityAgeMillis(List.of(A)));
    }

    @Test
    void whoIsHeardOfIsThereThoughItsAnswersAreToOtherRequests() {
        answers.follows(A, new FollowerAnswers.Ages(() -> 7_000, () -> 30));
        assertEquals(30, answers.majorityAgeMillis(List.of(A, B), FollowerAnswers.Ages::heard));
        assertEquals(7_000, majorityAgeMillis(List.of(A, B)));
    }
}
