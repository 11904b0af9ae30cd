package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.Outcome;
import io.sluice.broker.SessionRequest;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random histories of receivers of sessions, with a name and without, beside consumers of anything: nobody waits for what is there. */
class SessionsModelTest {
    private static final List<String> SESSIONS = List.of("a", "b", "c", "d");

    @Property(tries = 300)
    void nobodyWaitsForWhatIsThere(@ForAll Random random) {
        new History(random).run();
    }

    /** One of them, over a shard of its own. */
    private static final class History {
        private final ShardFixture shard = new ShardFixture().queue("q");
        private final TestProducer producer = shard.producer("q");
        private final List<Receiver> receivers = new ArrayList<>();
        /** By their numbers: the session of each, "" for none. */
        private final TreeMap<Integer, String> available = new TreeMap<>();

        private final Random random;
        private int sent;
        private int accepted;

        private History(Random random) {
            this.random = random;
        }

        /** One link, and what it has. */
        private final class Receiver {
            private final TestConsumer link;
            private final TreeMap<Integer, Delivery> unsettled = new TreeMap<>();
            private int seen;
            private int granted;

            private Receiver(TestConsumer link) {
                this.link = link;
            }

            @Override
            public String toString() {
                return (isPlain() ? "plain" : session()) + " has " + unsettled.keySet() + " of " + link.events;
            }

            private boolean isPlain() {
                return link.handle.session().isEmpty();
            }

            private String session() {
                return isPlain() ? null : link.handle.session().orElseThrow().id();
            }

            private boolean isWaiting() {
                return !isPlain() && session() == null;
            }

            private void look() {
                for (; seen < link.deliveries.size(); seen++) {
                    Delivery delivery = link.deliveries.get(seen);
                    int number = Integer.parseInt(TestConsumer.body(delivery));
                    String session = available.remove(number);
                    assertTrue(session != null, number + " is with somebody else, or over");
                    if (!isPlain()) {
                        assertEquals(session(), session);
                        assertFalse(available.headMap(number).containsValue(session), "in its order: " + number);
                    }
                    unsettled.put(number, delivery);
                }
            }

            private void back(int number) {
                available.put(number, unsettled.remove(number).message().group().id());
            }
        }

        private void run() {
            boolean plainOnes = random.nextBoolean();
            for (int step = 0; step < 150; step++) {
                step(plainOnes);
                receivers.forEach(Receiver::look);
                check();
            }
            while (!receivers.isEmpty()) {
                leave(receivers.get(0));
            }
            TestConsumer rest = shard.consumer("q").credit(sent);
            assertEquals(sent - accepted, rest.deliveries.size());
        }

        private void step(boolean plainOnes) {
            int kind = random.nextInt(12);
            if (kind < 4) {
                send();
            } else if (kind < 6) {
                attach(plainOnes);
            } else if (!receivers.isEmpty()) {
                Receiver receiver = receivers.get(random.nextInt(receivers.size()));
                if (kind == 6) {
                    leave(receiver);
                } else if (kind < 9 && !receiver.isWaiting()) {
                    int more = 1 + random.nextInt(3);
                    receiver.granted += more;
                    receiver.link.credit(more);
                } else if (!receiver.unsettled.isEmpty()) {
                    settle(receiver);
                }
            }
        }

        private void send() {
            String session = random.nextInt(6) == 0 ? "" : SESSIONS.get(random.nextInt(SESSIONS.size()));
            MessageGroup group = session.isEmpty() ? MessageGroup.NONE : new MessageGroup(session, 0);
            available.put(++sent, session);
            producer.send(ShardFixture.message(Integer.toString(sent), Message.Header.DURABLE.withGroup(group)));
        }

        private void attach(boolean plainOnes) {
            if (plainOnes && random.nextInt(4) == 0) {
                receivers.add(new Receiver(shard.consumer("q")));
                return;
            }
            Optional<String> session = random.nextBoolean()
                    ? Optional.empty()
                    : Optional.of(SESSIONS.get(random.nextInt(SESSIONS.size())));
            Receiver receiver = new Receiver(
                    shard.consumer("q", Consumer.Terms.NONE.withSession(new SessionRequest(session, 60_000))));
            if (receiver.link.closedBy == null) {
                receivers.add(receiver);
            } else {
                assertTrue(isTaken(session.orElseThrow()), () -> "refused, and nobody has it: " + this);
            }
        }

        private void settle(Receiver receiver) {
            List<Integer> numbers = new ArrayList<>(receiver.unsettled.keySet());
            int number = numbers.get(random.nextInt(numbers.size()));
            Delivery delivery = receiver.unsettled.get(number);
            Outcome outcome =
                    List.of(Outcome.ACCEPTED, Outcome.RELEASED, Outcome.FAILED).get(random.nextInt(3));
            if (outcome == Outcome.ACCEPTED) {
                receiver.unsettled.remove(number);
                accepted++;
            } else {
                receiver.back(number);
            }
            receiver.link.settle(receiver.link.deliveries.indexOf(delivery), outcome);
        }

        private void leave(Receiver receiver) {
            receivers.remove(receiver);
            List.copyOf(receiver.unsettled.keySet()).forEach(receiver::back);
            receiver.link.detach();
            receivers.forEach(Receiver::look);
        }

        private boolean isTaken(String session) {
            return receivers.stream()
                    .anyMatch(receiver -> session.equals(receiver.session())
                            || receiver.unsettled.values().stream()
                                    .anyMatch(delivery ->
                                            delivery.message().group().id().equals(session)));
        }

        /** What a consumer of anything had of a group once, it may keep until it leaves: the queue's groups are until detach. */
        private boolean mayStay(String session) {
            return receivers.stream()
                    .filter(Receiver::isPlain)
                    .flatMap(plain -> plain.link.deliveries.stream())
                    .anyMatch(delivery -> delivery.message().group().id().equals(session));
        }

        @Override
        public String toString() {
            return available + " " + receivers.stream().map(Receiver::toString).toList();
        }

        private void check() {
            for (Receiver receiver : receivers) {
                if (receiver.isWaiting()) {
                    for (String session : available.values()) {
                        assertTrue(
                                session.isEmpty() || isTaken(session) || mayStay(session),
                                () -> "it waits, and there is " + session + ": " + this);
                    }
                } else if (!receiver.isPlain() && receiver.granted > receiver.seen) {
                    String session = receiver.session();
                    boolean elsewhere = receivers.stream()
                            .anyMatch(other -> other != receiver
                                    && other.unsettled.values().stream()
                                            .anyMatch(delivery -> delivery.message()
                                                    .group()
                                                    .id()
                                                    .equals(session)));
                    assertTrue(
                            elsewhere || !available.containsValue(session),
                            () -> "it has credit and not what there is: " + this);
                }
            }
        }
    }
}
