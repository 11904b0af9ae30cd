package io.sluice.broker.shard;

import io.sluice.broker.Annotations;
import io.sluice.broker.Dispatching;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.Growth;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Schedule;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Selection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

/** A shard under random commands, its commits delayed at random; the same seed does the same. */
final class RandomHistory extends ShardHistory {
    /** Priorities with back-off, groups in a ring, last values, a table that nobody takes from, and what is acknowledged is kept. */
    private static final List<String> QUEUES = List.of("p", "f", "v", "t", "a");
    /** Their messages have keys. */
    private static final Set<String> KEYED = Set.of("v", "t");

    private static final int KEYS = 5;

    final List<TestConsumer> consumers = new ArrayList<>();
    /** Accepted by a consumer and confirmed to it. */
    final Set<String> consumed = new HashSet<>();

    /** Deliveries that had an outcome, and those whose first one was accepted. */
    private final Set<Delivery> decided = new HashSet<>();

    private final Set<Delivery> accepting = new HashSet<>();
    private final TestProducer producer;
    private int bodies;

    RandomHistory(long seed) {
        this(new Random(seed), new ShardLimits(1 << 20, 1 << 20, 300, 1 << 10));
    }

    private RandomHistory(Random random, ShardLimits limits) {
        super(random, new ShardFixture(limits));
        declare();
        producer = shard.anonymous();
    }

    /** One whose memory is for a handful of messages, with small pages that are read late. */
    static RandomHistory paged(long seed) {
        Random random = new Random(seed);
        ShardLimits.Paging paging = new ShardLimits.Paging(
                1 + random.nextInt(4_000), 1 + random.nextInt(2_000), 1 + random.nextInt(20), 1 + random.nextInt(50));
        RandomHistory history = new RandomHistory(random, new ShardLimits(1 << 20, 1 << 20, 300, 1 << 10, paging));
        history.shard.store.pageMessages = 2 + random.nextInt(4);
        history.shard.store.holdsReads = true;
        return history;
    }

    private void declare() {
        Limits limits = new Limits(25, QueueDefinition.UNLIMITED, Overflow.DROP_HEAD, 500);
        MessageLife life = MessageLife.PLAIN
                .withBackoff(new Backoff(Growth.EXPONENTIAL, 20, 300, 200, 50))
                .withMaxAcquisitions(6);
        shard.declare(QueueDefinition.named("p")
                .withDeadLetter(ShardFixture.deadLetter("dead", 3))
                .withLife(life.withUndeliverableMillis(40)));
        shard.declare(QueueDefinition.named("v")
                .withDeadLetter(ShardFixture.deadLetter("dead", 3))
                .withLife(MessageLife.PLAIN.withLastValue(LastValue.ON)));
        shard.declare(QueueDefinition.named("t")
                .withDispatching(Dispatching.DEFAULT.withNonDestructive(true))
                .withLife(MessageLife.PLAIN.withLastValue(LastValue.ON)));
        shard.declare(QueueDefinition.named("a")
                .withDispatching(Dispatching.DEFAULT.withGroups(Dispatching.Groups.FAIR))
                .withDeadLetter(ShardFixture.deadLetter("dead", 3))
                .withLife(MessageLife.PLAIN.withAcknowledgedQueue(Optional.of("kept"))));
        shard.declare(QueueDefinition.named("kept"));
        shard.declare(QueueDefinition.named("f")
                .withDispatching(Dispatching.DEFAULT.withGroups(Dispatching.Groups.WHILE_UNSETTLED))
                .withService(QueueDefinition.Service.FIFO)
                .withLimits(limits)
                .withDeadLetter(new DeadLetter(Optional.of("dead"), Optional.of("late"), 2)));
    }

    /** Everybody whose message was accepted, in the order of the answers. */
    List<String> accepted() {
        return producer.accepted;
    }

    @Override
    void step() {
        NaiveStore store = shard.store;
        if (store.readsWaiting() > 0 && random.nextInt(3) == 0) {
            shard.runWhere(store::answerRead);
        }
        int dice = random.nextInt(100);
        if (dice < 35) {
            publish();
        } else if (dice < 60) {
            settle();
        } else if (dice < 70) {
            grant();
        } else if (dice < 76) {
            attachOrDetach();
        } else if (dice < 90) {
            shard.commit(random.nextInt(shard.journal.waiting() + 1));
        } else if (dice < 93) {
            shard.advance(random.nextInt(100));
        } else if (dice < 95) {
            rare();
        } else {
            shard.journal.hold();
        }
        confirm();
    }

    private void publish() {
        for (int i = random.nextInt(4); i >= 0; i--) {
            long ttl = random.nextInt(4) == 0 ? random.nextInt(150) : Message.NONE;
            boolean durable = random.nextInt(4) > 0;
            Message.Header header = new Message.Header(0, durable, random.nextInt(10), ttl, Message.NONE)
                    .withSchedule(
                            random.nextInt(5) == 0 ? new Schedule(Message.NONE, random.nextInt(300)) : Schedule.AT_ONCE)
                    .withGroup(
                            random.nextInt(3) == 0
                                    ? new MessageGroup("g" + random.nextInt(3), random.nextInt(5) - 1)
                                    : MessageGroup.NONE);
            String queue = some(QUEUES);
            String key = KEYED.contains(queue) && random.nextInt(5) > 0 ? "k" + random.nextInt(KEYS) : "";
            Message message = ShardFixture.message("m" + bodies++ + key, header);
            Message sent = random.nextInt(3) == 0 ? message.withBody(shard.bodies.add(1 + random.nextInt(9))) : message;
            if (key.isEmpty()) {
                producer.post(queue, sent);
            } else {
                producer.postAs(queue, key, sent);
            }
        }
        shard.run();
    }

    private void settle() {
        if (consumers.isEmpty()) {
            return;
        }
        TestConsumer consumer = some(consumers);
        for (int i = random.nextInt(5); i >= 0 && !consumer.deliveries.isEmpty(); i--) {
            Delivery delivery = some(consumer.deliveries);
            Outcome outcome = outcome();
            boolean leaves = consumer.handle.mode() == Consumer.Mode.MOVE
                    && !consumer.handle.address().equals("a");
            if (decided.add(delivery) && outcome == Outcome.ACCEPTED && leaves) {
                accepting.add(delivery);
            }
            // At times a second outcome, which must change nothing.
            shard.mailbox().settle(delivery, outcome);
        }
        shard.run();
    }

    private Outcome outcome() {
        Annotations note = Annotations.of(Map.of("x-opt-n", new Annotations.Number(random.nextInt(9))));
        return switch (random.nextInt(12)) {
            case 8 -> new Outcome.Damaged();
            case 9 -> new Outcome.Modified(random.nextBoolean(), random.nextBoolean(), note, Schedule.PARKED);
            case 10 ->
                new Outcome.Modified(
                        random.nextBoolean(), false, note, new Schedule(Message.NONE, random.nextInt(300)));
            case 11 -> Outcome.UNSENT;
            case 0 -> Outcome.RELEASED;
            case 1 -> Outcome.FAILED;
            case 2 -> new Outcome.Rejected("c", "d");
            case 3 -> new Outcome.Modified(random.nextBoolean(), random.nextBoolean(), note);
            default -> Outcome.ACCEPTED;
        };
    }

    private void grant() {
        if (!consumers.isEmpty()) {
            TestConsumer consumer = some(consumers);
            if (random.nextInt(5) == 0) {
                consumer.drain(random.nextInt(5));
            } else {
                consumer.credit(random.nextInt(6));
            }
        }
    }

    private void attachOrDetach() {
        if (consumers.size() < 4) {
            Consumer.Mode mode = Consumer.Mode.values()[random.nextInt(3)];
            Outcome lossOutcome = random.nextBoolean() ? Outcome.FAILED : Outcome.RELEASED;
            if (random.nextInt(3) == 0) {
                int remainder = random.nextInt(3);
                consumers.add(shard.selecting(some(QUEUES), mode, lossOutcome, body -> number(body) % 3 == remainder));
            } else {
                boolean exclusive = random.nextInt(6) == 0;
                consumers.add(shard.attached(new TestConsumer(
                        shard,
                        new TestConsumer.Terms(
                                some(QUEUES),
                                mode,
                                lossOutcome,
                                Optional.empty(),
                                new Consumer.Terms(random.nextInt(2), exclusive, OptionalLong.empty())))));
            }
            // Who comes to an exclusive one, or wants to be one where others are, is refused.
            consumers.removeIf(consumer -> consumer.closedBy != null);
        } else {
            consumers.remove(random.nextInt(consumers.size())).detach();
        }
    }

    /** What is damaged has something behind it. */
    private static int number(String body) {
        int end = 1;
        while (end < body.length() && Character.isDigit(body.charAt(end))) {
            end++;
        }
        return Integer.parseInt(body.substring(1, end));
    }

    private void rare() {
        int dice = random.nextInt(5);
        if (dice == 0) {
            cancelSome(some(QUEUES));
        } else if (dice < 3) {
            takeSomeThatWait();
        } else if (random.nextBoolean()) {
            purgeSome();
        } else {
            shard.delete(some(QUEUES), ShardMailbox.DeleteCondition.ALWAYS);
            consumers.removeIf(consumer -> consumer.closedBy != null);
            declare();
        }
    }

    private void purgeSome() {
        if (random.nextInt(4) == 0) {
            String queue = some(QUEUES);
            waiting(queue).forEach(message -> shard.deleteMessages(queue, message.sequence(), message.sequence() + 1));
            return;
        }
        Selection selection = random.nextBoolean() ? Selection.ALL : Selection.ALL.withLimit(1 + random.nextInt(10));
        int digit = '0' + random.nextInt(10);
        boolean all = random.nextBoolean();
        shard.purge(
                some(QUEUES),
                selection.withFilter(message -> all || message.encoded()[message.encoded().length - 1] == digit));
    }

    private List<ScheduledMessage> waiting(String queue) {
        ShardFixture.Answer<ScheduledMessage.Some> listed = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().scheduled(queue, 1, 5, shard.client, listed));
        while (listed.isPending()) {
            shard.runWhere(shard.store::answerRead);
        }
        return listed.value().messages();
    }

    /** By their numbers, parked or not: some go to their places, some to a consumer. */
    private void takeSomeThatWait() {
        String queue = some(QUEUES);
        List<TestConsumer> takers = consumers.stream()
                .filter(each -> each.handle.address().equals(queue) && each.handle.mode() == Consumer.Mode.MOVE)
                .toList();
        for (ScheduledMessage message : waiting(queue)) {
            if (random.nextBoolean()) {
                shard.runWhere(() ->
                        shard.mailbox().release(queue, message.sequence(), shard.client, new ShardFixture.Answer<>()));
            } else if (!takers.isEmpty()) {
                shard.runWhere(() -> shard.mailbox()
                        .fetch(some(takers).handle, message.sequence(), shard.client, new ShardFixture.Answer<>()));
            }
        }
    }

    /** Nothing is parked any longer. Nobody is there to be given anything. */
    void releaseAll() {
        for (String queue : QUEUES) {
            for (List<ScheduledMessage> some = waiting(queue); !some.isEmpty(); some = waiting(queue)) {
                some.forEach(message -> shard.runWhere(() ->
                        shard.mailbox().release(queue, message.sequence(), shard.client, new ShardFixture.Answer<>())));
                shard.journal.letGo();
                shard.run();
            }
        }
    }

    private void cancelSome(String queue) {
        ShardFixture.Answer<Boolean> cancelled = new ShardFixture.Answer<>();
        for (ScheduledMessage message : waiting(queue)) {
            if (random.nextBoolean()) {
                shard.runWhere(
                        () -> shard.mailbox().cancelScheduled(queue, message.sequence(), shard.client, cancelled));
            }
        }
    }

    private void confirm() {
        for (TestConsumer consumer : consumers) {
            consumer.settled.stream()
                    .filter(accepting::contains)
                    .map(TestConsumer::body)
                    .forEach(consumed::add);
        }
    }

    /** All that is being read arrives, and from here on everything at once. */
    void readsArrive() {
        shard.store.holdsReads = false;
        while (shard.store.readsWaiting() > 0) {
            shard.runWhere(shard.store::answerRead);
        }
    }

    /** Some page cannot be read any longer. */
    void damage() {
        List<Long> pages = new ArrayList<>(shard.store.pages());
        if (!pages.isEmpty()) {
            shard.store.damage(some(pages));
        }
    }
}
