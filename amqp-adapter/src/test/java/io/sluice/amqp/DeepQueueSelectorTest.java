package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.Selector;
import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.Publish;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A selector on a deep queue: what was looked at is not looked at again, however little credit there is at a time. */
class DeepQueueSelectorTest {
    private static final int MESSAGES = 100_000;
    private static final int ONE_IN = 1_000;

    private final TestBroker broker = new TestBroker();
    private final Answers answers = new Answers();
    private final Producer producer = new Producer(() -> {}, answers, Optional.of("q"));

    @BeforeEach
    void fill() throws MalformedMessageException {
        broker.mailbox.attach(producer);
        broker.run();
        for (int n = 0; n < MESSAGES; n++) {
            publish(n);
        }
        broker.run();
        assertEquals(MESSAGES, answers.accepted);
    }

    private void publish(int n) throws MalformedMessageException {
        ByteBuffer encoded = ByteBuffer.allocate(14);
        encoded.put(new byte[] {0, 0x53, 0x74, (byte) 0xc1, 9, 2, (byte) 0xa1, 1, 'n', 0x71});
        encoded.putInt(n);
        broker.mailbox.publish(producer, new Publish("q", IncomingMessage.parse(encoded.array(), 0)));
    }

    @Test
    void everyMessageIsLookedAtOnce() throws Exception {
        Selecting consumer = new Selecting("n % " + ONE_IN + " = 999");
        for (int matches = 1; matches <= MESSAGES / ONE_IN; matches++) {
            consumer.grant(matches);
            assertEquals(matches, consumer.received.size());
            consumer.settle(matches - 1, Outcome.ACCEPTED);
        }
        assertEquals(MESSAGES - MESSAGES / ONE_IN, broker.status("q").messages());
        consumer.grant(MESSAGES);
        assertLookedAt(MESSAGES, consumer);

        publish(999);
        broker.run();
        assertEquals(MESSAGES / ONE_IN + 1, consumer.received.size());
        assertLookedAt(MESSAGES + 1, consumer);
    }

    @Test
    void whatComesBackIsLookedAtAgainAndNothingElse() throws Exception {
        Selecting consumer = new Selecting("n = 500 OR n = 90000");
        consumer.grant(2);
        assertEquals(2, consumer.received.size());
        consumer.settle(0, Outcome.RELEASED);
        consumer.grant(3);
        assertEquals(3, consumer.received.size());
        assertLookedAt(MESSAGES + 2, consumer);
    }

    @Test
    void consumersLookForThemselves() throws Exception {
        List<Selecting> consumers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            consumers.add(new Selecting("n % 4 = " + i));
        }
        for (int granted = 100; granted <= MESSAGES / 4; granted += 100) {
            for (Selecting consumer : consumers) {
                consumer.grant(granted);
            }
        }
        for (Selecting consumer : consumers) {
            assertEquals(MESSAGES / 4, consumer.received.size());
            assertLookedAt(MESSAGES, consumer);
        }
    }

    /** A message may be asked about a second time when it is given away, being the one that was looked for. */
    private static void assertLookedAt(int messages, Selecting consumer) {
        int most = messages + consumer.received.size();
        assertTrue(consumer.questions <= most, () -> consumer.questions + " questions, " + most + " at most");
    }

    private final class Selecting implements ConsumerListener {
        private final List<Delivery> received = new ArrayList<>();
        private final Consumer consumer;
        private int questions;

        Selecting(String text) throws InvalidFilterException {
            Selector selector = Selector.jms(text);
            consumer = new Consumer(new Consumer.Request(
                    () -> {}, this, "q", Consumer.Mode.MOVE, Outcome.RELEASED, Optional.of(message -> {
                        questions++;
                        return selector.matches(message, 0);
                    })));
            broker.mailbox.attach(consumer);
            broker.run();
        }

        void grant(int inAll) {
            broker.mailbox.grant(consumer, inAll, false);
            broker.run();
        }

        void settle(int delivery, Outcome outcome) {
            broker.mailbox.settle(received.get(delivery), outcome);
            broker.run();
        }

        @Override
        public void deliver(Delivery delivery) {
            received.add(delivery);
        }

        @Override
        public void closed(Refusal refusal) {
            throw new AssertionError(refusal.text());
        }

        @Override
        public void attached() {}

        @Override
        public void settled(Delivery delivery) {}

        @Override
        public void drained() {}

        @Override
        public void detached() {}
    }

    private static final class Answers implements ProducerListener {
        private int accepted;

        @Override
        public void accepted(Publish publish) {
            accepted++;
        }

        @Override
        public void refused(Publish publish, Refusal refusal) {
            throw new AssertionError(refusal.text());
        }

        @Override
        public void closed(Refusal refusal) {
            throw new AssertionError(refusal.text());
        }

        @Override
        public void attached() {}

        @Override
        public void creditOpen(boolean open, String reason) {}
    }
}
