package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A queue with groups under random commands, and what a naive reader of the documentation knows of it: where each message is, who has
 * which group. Every delivery is looked at when it comes, and at rest nobody who could have something goes without.
 */
final class DispatchModel {
    /** Where a message is, as far as its consumers were told. */
    private enum Where {
        AVAILABLE,
        /** A consumer has it, or its acceptance is on its way to the journal. */
        HELD,
        /** On its way back. */
        RETURNING,
        GONE
    }

    private static final class Known {
        final int number;
        final int level;
        final MessageGroup group;
        Where where = Where.AVAILABLE;
        Watched holder;

        Known(int number, int level, MessageGroup group) {
            this.number = number;
            this.level = level;
            this.group = group;
        }

        @Override
        public String toString() {
            return "m" + number + " of " + group.id() + " in level " + level;
        }
    }

    /** What is known of a group that somebody has, or had last. */
    private static final class Owned {
        Watched owner;
        boolean closed;
        boolean leaves;
    }

    private final Random random;
    private final QueueDefinition definition;
    private final TreeMap<Integer, Known> messages = new TreeMap<>();
    private final Map<String, Owned> groups = new HashMap<>();
    private final List<Watched> consumers = new ArrayList<>();
    /** Every message that is available is in memory, until a restart. */
    private boolean staysInMemory;

    private ShardFixture shard;
    private TestProducer producer;
    private int published;

    DispatchModel(long seed) {
        random = new Random(seed);
        Dispatching dispatching = new Dispatching(
                List.of(Dispatching.Groups.UNTIL_DETACH, Dispatching.Groups.WHILE_UNSETTLED, Dispatching.Groups.FAIR)
                        .get(random.nextInt(3)),
                random.nextBoolean() ? 1_000 : 1 + random.nextInt(2),
                random.nextInt(4) == 0,
                random.nextInt(3) == 0 ? 20 + random.nextInt(100) : QueueDefinition.UNLIMITED);
        definition = QueueDefinition.named("q")
                .withService(random.nextBoolean() ? QueueDefinition.Service.FIFO : QueueDefinition.Service.STRICT)
                .withDispatching(dispatching);
        staysInMemory = random.nextBoolean();
        ShardLimits.Paging paging = new ShardLimits.Paging(
                staysInMemory ? 1 << 20 : 1 + random.nextInt(4_000), 1 << 20, 1 << 20, 1 + random.nextInt(50));
        shard = new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 1 << 20, 1 << 20, paging));
        shard.queue(definition);
        shard.store.pageMessages = 2 + random.nextInt(4);
        shard.store.holdsReads = true;
        producer = shard.producer("q");
    }

    /** Whether groups are tenants, which nobody has. */
    private boolean isFair() {
        return definition.dispatching().groups() == Dispatching.Groups.FAIR;
    }

    private int levelOf(int priority) {
        return definition.service() instanceof QueueDefinition.Fifo ? 0 : priority;
    }

    /** A consumer whose deliveries are compared with what is known. */
    private final class Watched extends TestConsumer {
        private final Predicate<Integer> selects;
        private final int priority;
        private final boolean presettled;
        private final Map<Delivery, Outcome> outcomes = new HashMap<>();
        private long granted;

        Watched(Terms terms, Predicate<Integer> selects) {
            super(shard, terms);
            this.selects = selects;
            this.priority = terms.besideOthers().priority();
            this.presettled = terms.mode() == Consumer.Mode.MOVE_PRESETTLED;
        }

        @Override
        public void deliver(Delivery delivery) {
            super.deliver(delivery);
            Known message = messages.get(number(delivery));
            if (presettled) {
                // It heard of it when the journal had its removal: another may have the group by now.
                message.where = Where.GONE;
                takes(message);
                groups.computeIfPresent(message.group.id(), (id, owned) -> {
                    // Others may have joined since it was given.
                    owned.leaves = true;
                    return owned;
                });
                return;
            }
            assertEquals(Where.AVAILABLE, message.where, () -> message + " is given to " + this);
            assertTrue(selects.test(message.number), () -> message + " is not selected by " + this);
            for (Known other : messages.values()) {
                assertMayHave(message, other);
            }
            if (isFair() && staysInMemory && isNoisy(message)) {
                assertNobodyElseWaits(message);
            }
            Owned owned = groups.get(message.group.id());
            if (isPinned(owned, message)) {
                assertEquals(owned.owner, this, () -> message + " is another one's");
            }
            message.where = Where.HELD;
            message.holder = this;
            takes(message);
        }

        private void takes(Known message) {
            if (!message.group.isNone()) {
                Owned owned = groups.computeIfAbsent(message.group.id(), id -> new Owned());
                if (owned.owner != this || hadNothingOf(message)) {
                    owned.owner = this;
                    owned.leaves = false;
                }
                owned.closed = message.group.closes();
            }
        }

        /** Then nobody had the group when others joined, and it is given out anew. */
        private boolean hadNothingOf(Known message) {
            return messages.values().stream()
                    .noneMatch(other -> other != message
                            && other.holder == this
                            && other.group.id().equals(message.group.id()));
        }

        /** A tenant that has much in flight gets more where this consumer could have nothing of another one. */
        private void assertNobodyElseWaits(Known message) {
            for (Known other : messages.values()) {
                boolean there = other.where == Where.AVAILABLE && isDurable(other) && other.level == message.level;
                boolean waits = there && !isBehindOneThatReturns(other) && selects.test(other.number);
                assertTrue(
                        !waits || isNoisy(other),
                        () -> message + ", of which much is in flight, comes before " + other);
            }
        }

        private void assertMayHave(Known message, Known other) {
            boolean elsewhere = other.holder != null && other.holder != this;
            if (definition.dispatching().singleActiveConsumer()) {
                assertTrue(!elsewhere, () -> other.holder + " has " + other + ", and " + message + " goes to " + this);
            }
            if (message.group.isNone()
                    || isFair()
                    || !message.group.id().equals(other.group.id())
                    || definition.dispatching().singleActiveConsumer()) {
                return;
            }
            assertTrue(!elsewhere, () -> other.holder + " has " + other + ", and " + message + " goes to " + this);
            assertTrue(other.where != Where.RETURNING, () -> message + " is given before " + other + " is back");
            if (other.level == message.level && other.number < message.number && selects.test(other.number)) {
                assertTrue(other.where != Where.AVAILABLE, () -> message + " overtakes " + other);
            }
        }

        @Override
        public void timedOut(Delivery delivery) {
            super.timedOut(delivery);
            outcomes.put(delivery, Outcome.FAILED);
            messages.get(number(delivery)).where = Where.RETURNING;
        }

        @Override
        public void settled(Delivery delivery) {
            super.settled(delivery);
            Known message = messages.get(number(delivery));
            message.where = outcomes.get(delivery) == Outcome.ACCEPTED ? Where.GONE : Where.AVAILABLE;
            message.holder = null;
        }

        void decide() {
            if (deliveries.isEmpty() || presettled) {
                return;
            }
            Delivery delivery = deliveries.get(random.nextInt(deliveries.size()));
            if (outcomes.containsKey(delivery)) {
                shard.mailbox().settle(delivery, Outcome.ACCEPTED);
                return;
            }
            Outcome outcome = List.of(Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.RELEASED, Outcome.FAILED)
                    .get(random.nextInt(4));
            outcomes.put(delivery, outcome);
            if (outcome == Outcome.FAILED) {
                messages.get(number(delivery)).where = Where.RETURNING;
            }
            shard.mailbox().settle(delivery, outcome);
        }

        void grant() {
            // A tenant is noisy from thirty on.
            granted += 1 + random.nextInt(isFair() ? 40 : 3);
            grant(granted, false);
        }

        boolean hasCredit() {
            return deliveries.size() < granted;
        }

        void leaves() {
            for (Delivery delivery : deliveries) {
                if (!presettled && outcomes.putIfAbsent(delivery, Outcome.FAILED) == null) {
                    messages.get(number(delivery)).where = Where.RETURNING;
                }
            }
            groups.values().forEach(owned -> owned.leaves |= owned.owner == this);
            detach();
        }

        @Override
        public String toString() {
            return "consumer " + consumers.indexOf(this);
        }
    }

    private static int number(Delivery delivery) {
        return Integer.parseInt(TestConsumer.body(delivery).substring(1));
    }

    /** Whether its tenant has so much in flight that others come first. */
    private boolean isNoisy(Known message) {
        long inFlight =
                messages.values().stream().filter(other -> other.holder != null).count();
        long itsOwn = messages.values().stream()
                .filter(other -> other.holder != null && other.group.id().equals(message.group.id()))
                .count();
        boolean groupsCount = !definition.dispatching().singleActiveConsumer() && !message.group.isNone();
        return groupsCount && itsOwn >= 30 && itsOwn * 10 > inFlight;
    }

    private boolean isDurable(Known message) {
        return producer.accepted.contains("m" + message.number);
    }

    private boolean isBehindOneThatReturns(Known message) {
        return messages.values().stream()
                .anyMatch(other -> other.where == Where.RETURNING
                        && other.level == message.level
                        && other.number < message.number);
    }

    /** Whether the group stays with its idle owner, who wants the message. */
    private boolean isPinned(Owned owned, Known message) {
        return definition.dispatching().maxIdleGroups() == 1_000 && mayStay(owned, message) && !owned.leaves;
    }

    /** As {@link #isPinned}, unless there are too many idle groups, or others joined while its presettled owner had some of it. */
    private boolean mayStay(Owned owned, Known message) {
        return owned != null
                && !definition.dispatching().singleActiveConsumer()
                && definition.dispatching().groups() == Dispatching.Groups.UNTIL_DETACH
                && (!owned.leaves || owned.owner.presettled)
                && !owned.closed
                && owned.owner.selects.test(message.number)
                && consumers.contains(owned.owner);
    }

    void step() {
        // A shard that stopped answers nothing.
        assertEquals(List.of(), shard.failures);
        NaiveStore store = shard.store;
        if (store.readsWaiting() > 0 && random.nextInt(3) == 0) {
            shard.runWhere(store::answerRead);
        }
        int dice = random.nextInt(100);
        if (dice < 30) {
            publish();
        } else if (dice < 55) {
            some(Watched::decide);
            shard.run();
        } else if (dice < 70) {
            some(Watched::grant);
        } else if (dice < 78) {
            attachOrDetach();
        } else if (dice < 88) {
            shard.commit(random.nextInt(shard.journal.waiting() + 1));
        } else if (dice < 92) {
            shard.journal.hold();
        } else if (dice < 96) {
            shard.advance(random.nextInt(60));
        } else {
            checkpoint();
        }
        if (random.nextInt(40) == 0) {
            assertNobodyGoesWithout();
        } else if (random.nextInt(150) == 0) {
            restart();
        }
    }

    private void publish() {
        for (int i = random.nextInt(isFair() ? 12 : 4); i >= 0; i--) {
            int number = published++;
            int priority = random.nextInt(3);
            MessageGroup group = random.nextInt(5) == 0
                    ? MessageGroup.NONE
                    : new MessageGroup("g" + random.nextInt(isFair() ? 2 : 4), random.nextInt(6) - 1);
            messages.put(number, new Known(number, levelOf(priority), group));
            Message.Header header = new Message.Header(0, true, priority, Message.NONE, Message.NONE);
            producer.post("q", ShardFixture.message("m" + number, header.withGroup(group)));
        }
        shard.run();
    }

    private void attachOrDetach() {
        if (consumers.size() == 4) {
            Watched leaving = consumers.get(random.nextInt(4));
            if (leaving.presettled) {
                // What is on its way to it would be lost without a word.
                rests();
            }
            consumers.remove(leaving);
            leaving.leaves();
            return;
        }
        int remainder = random.nextInt(6);
        boolean filters = remainder < 3;
        Predicate<Integer> selects = number -> !filters || number % 3 != remainder;
        Optional<Predicate<Message>> filter = filters
                ? Optional.of(message -> selects.test(Integer.parseInt(
                        new String(message.encoded(), java.nio.charset.StandardCharsets.UTF_8).substring(1))))
                : Optional.empty();
        // When it has what was sent to it settled is not seen from here, and what is in flight must be known.
        Consumer.Mode mode = !isFair() && random.nextInt(8) == 0 ? Consumer.Mode.MOVE_PRESETTLED : Consumer.Mode.MOVE;
        groups.values().forEach(owned -> owned.leaves = true);
        Consumer.Terms terms = new Consumer.Terms(random.nextInt(2), false, OptionalLong.empty());
        consumers.add(
                shard.attached(new Watched(new TestConsumer.Terms("q", mode, Outcome.FAILED, filter, terms), selects)));
    }

    private void some(java.util.function.Consumer<Watched> what) {
        if (!consumers.isEmpty()) {
            what.accept(consumers.get(random.nextInt(consumers.size())));
        }
    }

    private void checkpoint() {
        shard.checkpoint();
        shard.advance(0);
    }

    private void rests() {
        shard.journal.letGo();
        shard.run();
        while (shard.store.readsWaiting() > 0) {
            shard.runWhere(shard.store::answerRead);
        }
        assertEquals(List.of(), shard.failures);
    }

    /** At rest, whoever has credit has got all that it may have. */
    void assertNobodyGoesWithout() {
        rests();
        if (definition.dispatching().singleActiveConsumer()) {
            assertTheActiveOneHasGotAll();
            return;
        }
        for (Watched consumer : consumers) {
            if (!consumer.hasCredit()) {
                continue;
            }
            for (Known message : messages.values()) {
                boolean wanted = message.where == Where.AVAILABLE && consumer.selects.test(message.number);
                assertTrue(!wanted || isKeptFrom(consumer, message), () -> consumer + " goes without " + message);
            }
        }
    }

    /** Of those with credit at most one goes without: who does not select what is left. */
    private void assertTheActiveOneHasGotAll() {
        boolean someHold = messages.values().stream().anyMatch(message -> message.holder != null);
        boolean someHaveNone = someHold || consumers.stream().anyMatch(consumer -> !consumer.hasCredit());
        boolean allGoWithout = !consumers.isEmpty()
                && consumers.stream()
                        .allMatch(consumer -> messages.values().stream()
                                .anyMatch(message ->
                                        message.where == Where.AVAILABLE && consumer.selects.test(message.number)));
        assertTrue(someHaveNone || !allGoWithout, "nobody is active");
    }

    private boolean isKeptFrom(Watched consumer, Known message) {
        Owned owned = groups.get(message.group.id());
        if (message.group.isNone() || owned == null || isFair()) {
            return false;
        }
        boolean busyElsewhere = messages.values().stream()
                .anyMatch(other -> other.holder != null
                        && other.holder != consumer
                        && other.group.id().equals(message.group.id()));
        // One that its owner does not want moves the group, but not past one that waits for the owner.
        boolean waitsForOwner = messages.values().stream()
                .anyMatch(other -> other.where == Where.AVAILABLE
                        && other.group.id().equals(message.group.id())
                        && mayStay(owned, other));
        return busyElsewhere || (owned.owner != consumer && waitsForOwner);
    }

    private void restart() {
        rests();
        shard = shard.restart();
        staysInMemory = false;
        shard.store.holdsReads = true;
        producer = shard.producer("q");
        consumers.clear();
        groups.clear();
        messages.values().forEach(message -> {
            message.holder = null;
            message.where = message.where == Where.GONE ? Where.GONE : Where.AVAILABLE;
        });
    }
}
