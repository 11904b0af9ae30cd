package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A start that is not answered fails on a broker on its own; a primary without a majority goes on waiting. */
@Timeout(30)
final class StartWaitTest {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final CompletableFuture<Void> answer = new CompletableFuture<>();

    @Test
    void whoHasALimitFailsBehindIt() {
        StartWait wait = new StartWait(end, Optional.of(Duration.ofMillis(1)));
        StartFailure failure = assertThrows(StartFailure.class, () -> wait.await(answer, "queue 'q' is not there"));
        assertEquals("queue 'q' is not there", failure.getMessage());
        assertTrue(StartWait.alone().limit().isPresent());
    }

    @Test
    void anAnswerThatIsThereIsTakenWithoutWaiting() throws Exception {
        answer.complete(null);
        new StartWait(end, Optional.of(Duration.ZERO)).await(answer, "not asked");
    }

    @Test
    void aPrimaryWaitsUntilItIsAnsweredOrItsLifeEnds() throws Exception {
        StartWait wait = StartWait.until(end);
        assertEquals(Optional.empty(), wait.limit());
        new Thread(() -> answer.complete(null)).start();
        wait.await(answer, "not answered");
        assertFalse(wait.isOver());
        new Thread(() -> end.complete(null)).start();
        wait.await(new CompletableFuture<>(), "not ended");
        assertTrue(wait.isOver());
    }
}
