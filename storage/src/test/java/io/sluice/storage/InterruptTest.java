package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.storage.journal.JournalLimits;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: whoever interrupts a thread of the storage closes no file. Method: a shard at work on the real disk, checkpoint after
 * checkpoint, while another thread interrupts all of the storage's without a pause.
 */
@Timeout(120)
class InterruptTest {
    private static final int ROUNDS = 20;
    private static final int MESSAGES_PER_ROUND = 200;

    @TempDir
    private Path folder;

    /** Interrupts every thread of a group until it is told to end. */
    private static final class Interrupter extends Thread {
        private final ThreadGroup group;
        private final Set<String> names = new TreeSet<>();
        private volatile boolean over;
        private long interrupts;

        Interrupter(ThreadGroup group) {
            this.group = group;
        }

        @Override
        public void run() {
            Thread[] threads = new Thread[16];
            while (!over) {
                int count = group.enumerate(threads);
                for (int i = 0; i < count; i++) {
                    names.add(threads[i].getName());
                    threads[i].interrupt();
                    interrupts++;
                }
            }
        }

        void end() throws InterruptedException {
            over = true;
            join();
        }
    }

    @Test
    void anInterruptClosesNoFile() throws Exception {
        ThreadGroup group = new ThreadGroup("storage");
        WorkingShard working = openIn(group);
        Interrupter interrupter = new Interrupter(group);
        interrupter.start();
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                working.publish(MESSAGES_PER_ROUND);
                working.consume(MESSAGES_PER_ROUND / 2);
                working.checkpoint();
            }
            working.close();
        } finally {
            interrupter.end();
        }
        assertTrue(
                interrupter.names.containsAll(Set.of("journal-segments", "journal-writer", "message-store")),
                interrupter.names.toString());
        assertTrue(interrupter.interrupts > 1_000, "only " + interrupter.interrupts + " interrupts");
        try (WorkingShard again = open()) {
            int left = ROUNDS * MESSAGES_PER_ROUND / 2;
            assertEquals(left, again.messages());
            again.consume(left);
        }
    }

    private WorkingShard open() throws Exception {
        return WorkingShard.open(new StorageConfig(folder, JournalLimits.ofSegments(1 << 20, 2, 8)));
    }

    /** On a thread of the group, so that the threads of the storage belong to it. */
    private WorkingShard openIn(ThreadGroup group) throws Exception {
        FutureTask<WorkingShard> opening = new FutureTask<>(() -> {
            WorkingShard opened = open();
            // The store's thread is started by the first checkpoint.
            opened.checkpoint();
            return opened;
        });
        new Thread(group, opening, "opener").start();
        return opening.get();
    }
}
