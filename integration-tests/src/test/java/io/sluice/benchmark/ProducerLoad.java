package io.sluice.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Four producers on threads of their own, each with a window of messages that are not durable yet. */
final class ProducerLoad {
    static final int PRODUCERS = 4;
    private static final int BODY_BYTES = 1024;

    private final JournalUnderTest journal;
    private final int window;
    private final boolean settling;
    private final long messagesPerProducer;
    private final List<Producer> producers = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * @param settling whether each message is settled as soon as it is durable
     * @param messages after which it ends by itself, in all
     */
    ProducerLoad(JournalUnderTest journal, int window, boolean settling, long messages) {
        this.journal = journal;
        this.window = window;
        this.settling = settling;
        this.messagesPerProducer = messages / PRODUCERS;
        for (int number = 0; number < PRODUCERS; number++) {
            producers.add(new Producer(number));
        }
    }

    void start() {
        producers.forEach(Thread::start);
    }

    void stop() throws InterruptedException {
        stopping = true;
        awaitEnd();
    }

    /** Everything that was sent is durable then. */
    void awaitEnd() throws InterruptedException {
        for (Producer producer : producers) {
            producer.join();
        }
    }

    long durable() {
        return producers.stream().mapToLong(producer -> producer.durable).sum();
    }

    /** Forgets the durations so far. */
    void clearLatencies() {
        producers.forEach(Producer::clear);
    }

    /** Nanoseconds from the call to the answer that this share does not exceed: the mean over the producers. */
    long latency(double share) {
        return (long) producers.stream()
                .mapToLong(producer -> producer.quantile(share))
                .average()
                .orElseThrow();
    }

    private final class Producer extends Thread implements JournalUnderTest.Durable {
        private final int number;
        private final Semaphore room = new Semaphore(window);
        private final LatencyHistogram latencies = new LatencyHistogram();
        /** By message; long enough that one which is answered late is not overwritten. */
        private final long[] sentAt = new long[Integer.highestOneBit(window) * 32];

        private volatile long durable;
        private long settled;

        private Producer(int number) {
            super("producer-" + number);
            this.number = number;
        }

        /** Ids of all producers are different, rise, and are above 0. */
        private long id(long n) {
            return n * PRODUCERS + number + 1;
        }

        @Override
        public void run() {
            for (long n = 0; n < messagesPerProducer && !stopping; n++) {
                room.acquireUninterruptibly();
                settleDurable();
                sentAt[(int) (n & (sentAt.length - 1))] = System.nanoTime();
                journal.enqueue(id(n), new byte[BODY_BYTES], this);
            }
            room.acquireUninterruptibly(window);
            settleDurable();
        }

        private void settleDurable() {
            while (settling && settled < durable) {
                journal.settle(id(settled++));
            }
        }

        @Override
        public synchronized void durable(long id) {
            long n = (id - 1) / PRODUCERS;
            latencies.add(System.nanoTime() - sentAt[(int) (n & (sentAt.length - 1))]);
            durable++;
            room.release();
        }

        private synchronized void clear() {
            latencies.clear();
        }

        private synchronized long quantile(double share) {
            return latencies.quantile(share);
        }
    }
}
