package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PromisesTest {
    private static final long START = Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(500);

    private final Promises promises = new Promises(new RaftSettings.Timing(300, 600));
    private Promises.Life life;

    private static long at(long millis) {
        return START + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private long leftMillis(long millis) {
        return TimeUnit.NANOSECONDS.toMillis(life.leftNanos(at(millis)));
    }

    @Test
    void a_process_that_starts_waits_the_whole_time_from_when_the_folder_is_its_own() {
        life = promises.opened(at(0));
        assertEquals(300, leftMillis(0));
        assertEquals(1, leftMillis(299));
        assertEquals(0, leftMillis(300));
        assertEquals(-700, leftMillis(1_000));
    }

    @Test
    void the_next_life_waits_from_when_the_one_before_stopped_answering() {
        life = promises.opened(at(0));
        life.answers();
        life.silent(at(10_000));
        life = promises.opened(at(10_250));
        assertEquals(50, leftMillis(10_250));
        life.answers();
        life.silent(at(20_000));
        life = promises.opened(at(20_400));
        assertEquals(-100, leftMillis(20_400));
    }

    @Test
    void only_the_first_word_of_the_silence_counts() {
        life = promises.opened(at(0));
        life.answers();
        life.silent(at(1_000));
        life.silent(at(1_200));
        life = promises.opened(at(1_250));
        assertEquals(50, leftMillis(1_250));
    }

    @Test
    void a_life_that_ended_before_it_answered_anybody_changes_nothing() {
        life = promises.opened(at(0));
        life.silent(at(100));
        life = promises.opened(at(200));
        assertEquals(100, leftMillis(200));
    }

    @Test
    void a_life_that_was_never_closed_may_have_answered_until_now() {
        life = promises.opened(at(0));
        life.answers();
        life = promises.opened(at(5_000));
        assertEquals(300, leftMillis(5_000));
    }

    @Test
    void a_life_that_is_closed_again_says_nothing_of_the_next_one() {
        Promises.Life before = promises.opened(at(0));
        before.answers();
        before.silent(at(1_000));
        life = promises.opened(at(1_100));
        life.answers();
        before.silent(at(2_000));
        life = promises.opened(at(5_000));
        assertEquals(300, leftMillis(5_000), "the second one was never closed");
    }
}
