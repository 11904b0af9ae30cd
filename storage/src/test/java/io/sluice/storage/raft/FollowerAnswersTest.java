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

    @Test
    void aNodeOnItsOwnIsItsMajority() {
        assertEquals(0, answers.majorityAgeMillis(List.of()));
    }

    @Test
    void theYoungestAnswersThatMakeAMajorityWithThisNodeCount() {
        answers.follows(A, () -> 500);
        answers.follows(B, () -> 20);
        answers.follows(C, () -> 70);
        answers.follows(D, () -> 900);
        assertEquals(500, answers.majorityAgeMillis(List.of(A)));
        assertEquals(20, answers.majorityAgeMillis(List.of(A, B)));
        assertEquals(70, answers.majorityAgeMillis(List.of(A, B, C)));
        assertEquals(70, answers.majorityAgeMillis(List.of(A, B, C, D)));
    }

    @Test
    void whoNeverAnsweredDoesNotCount() {
        answers.follows(A, () -> 20);
        assertEquals(20, answers.majorityAgeMillis(List.of(A, B)));
        assertEquals(Long.MAX_VALUE, answers.majorityAgeMillis(List.of(B)));
        assertEquals(Long.MAX_VALUE, answers.majorityAgeMillis(List.of(A, B, C)));
    }

    @Test
    void aNewTermForgetsTheOldOnesAnswers() {
        answers.follows(A, () -> 20);
        answers.follows(A, () -> 4_000);
        assertEquals(4_000, answers.majorityAgeMillis(List.of(A)));
    }
}
