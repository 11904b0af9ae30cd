package io.sluice.broker;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a queue is declared to be. Durable itself: it travels in a {@code QueueDeclared} record.
 *
 * @param name the address, 1 to 255 characters
 * @param durable whether the queue survives a restart; a queue that does not keeps nothing durable either
 * @param service in what order available messages are served
 * @param limits how much it may hold and what happens beyond
 * @param deadLetter when and where messages that cannot be delivered go
 * @param deduplication how long it knows a message that is sent again
 * @param dispatching which consumers may have its messages
 * @param life what else becomes of its messages
 * @param expiry when it is deleted by itself
 * @param replay what is kept for later subscribers
 * @param arguments what its declarer asked for in the words of another broker's protocol, to be given back as it was: it means nothing
 *     beside the settings that were made of it, and two definitions that differ in it alone are the same queue
 * @param origin where the settings come from
 */
@RecordBuilder
public record QueueDefinition(
        String name,
        boolean durable,
        Service service,
        Limits limits,
        DeadLetter deadLetter,
        Deduplication deduplication,
        Dispatching dispatching,
        MessageLife life,
        QueueExpiry expiry,
        Replay replay,
        Annotations arguments,
        Origin origin)
        implements QueueDefinitionBuilder.With {
    /** No limit, for the numbers in here. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public static final int MAX_NAME_LENGTH = 255;

    public QueueDefinition {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(deadLetter, "deadLetter");
        Objects.requireNonNull(deduplication, "deduplication");
        Objects.requireNonNull(dispatching, "dispatching");
        Objects.requireNonNull(life, "life");
        Objects.requireNonNull(expiry, "expiry");
        Objects.requireNonNull(replay, "replay");
        Objects.requireNonNull(arguments, "arguments");
        Objects.requireNonNull(origin, "origin");
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "a queue name has 1 to " + MAX_NAME_LENGTH + " characters, this has " + name.length());
        }
    }

    /** Of one that was declared in our own words. */
    public QueueDefinition(
            String name,
            boolean durable,
            Service service,
            Limits limits,
            DeadLetter deadLetter,
            Deduplication deduplication,
            Dispatching dispatching,
            MessageLife life,
            QueueExpiry expiry) {
        this(
                name,
                durable,
                service,
                limits,
                deadLetter,
                deduplication,
                dispatching,
                life,
                expiry,
                Replay.OFF,
                Annotations.EMPTY,
                Origin.NONE);
    }

    /** Whether a queue may have this name. */
    public static boolean isName(String name) {
        return !name.isEmpty() && name.length() <= MAX_NAME_LENGTH;
    }

    /** A durable priority queue without limits or dead-letter queue: the base that builders start from. */
    public static QueueDefinition named(String name) {
        return new QueueDefinition(
                name,
                true,
                Service.STRICT,
                Limits.NONE,
                DeadLetter.NONE,
                Deduplication.OFF,
                Dispatching.DEFAULT,
                MessageLife.PLAIN,
                QueueExpiry.NEVER);
    }

    /** The order of service. */
    public sealed interface Service permits Fifo, Strict, Weighted {
        Service FIFO = new Fifo();
        Service STRICT = new Strict();
        /** Ten levels, level n with weight n + 1: level 9 gets ten times the service of level 0. */
        Service WEIGHTED = new Weighted(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    }

    /**
     * One level: the priority of a message is carried but not looked at. As in every queue, a message that is not durable may
     * overtake a durable one that is still on its way to the disk.
     */
    public record Fifo() implements Service {}

    /** Ten levels, FIFO inside each; a level is served only while all higher ones are empty. */
    public record Strict() implements Service {}

    /**
     * Ten levels, FIFO inside each; waiting levels share the service by weight. Starvation bound, whatever arrives meanwhile:
     * while level n waits, it is served at least once in every {@code sum(weights) / weights[n] + 10} dispatches, and in the long
     * run at least {@code weights[n]} times in {@code sum(weights)}.
     *
     * @param weights of level 0 to 9, each 1 to 1000
     */
    public record Weighted(List<Integer> weights) implements Service {
        public Weighted {
            weights = List.copyOf(weights);
            if (weights.size() != Message.MAX_PRIORITY + 1) {
                throw new IllegalArgumentException("weights has " + weights.size() + " entries, not 10");
            }
            for (int weight : weights) {
                if (weight < 1 || weight > 1000) {
                    throw new IllegalArgumentException("a weight is 1 to 1000, not " + weight);
                }
            }
        }
    }

    /** What happens to a message that would go over {@link Limits}. */
    public enum Overflow {
        /** The producer is told {@code rejected} with {@code amqp:resource-limit-exceeded}. */
        REJECT,
        /** The oldest available message of the lowest level makes room, as a dead letter where there is a queue for it. */
        DROP_HEAD,
        /** Producers get no more credit until there is room; what they send on credit they have is still taken. */
        BLOCK,
        /** As {@link #REJECT}, and the message is a dead letter all the same, where there is a place for it. Not one of a batch or transaction. */
        REJECT_DEAD_LETTER
    }

    /**
     * @param maxMessages 1 or more, {@link #UNLIMITED} for none
     * @param maxBytes of encoded messages, 1 or more, {@link #UNLIMITED} for none
     * @param overflow what gives way
     * @param maxTtlMillis longest time to live, also for messages without one; {@link #UNLIMITED} for none
     */
    public record Limits(long maxMessages, long maxBytes, Overflow overflow, long maxTtlMillis) {
        public static final Limits NONE = new Limits(UNLIMITED, UNLIMITED, Overflow.REJECT, UNLIMITED);

        public Limits {
            if (maxMessages < 1 || maxBytes < 1 || maxTtlMillis < 1) {
                throw new IllegalArgumentException("a limit is 1 or more");
            }
            Objects.requireNonNull(overflow, "overflow");
        }
    }

    /**
     * @param queue where rejected and undeliverable messages go; empty: they are dropped
     * @param expiryQueue where expired messages go; empty: they are dropped
     * @param maxDeliveries failed deliveries after which a message is undeliverable, 1 or more; 0 for no maximum
     * @param exchange through which all of these go, expired ones where there is no expiry queue; what it has no queue for goes as if it
     *     were not set
     * @param routingKey they have there, up to 255 characters; "": the one they came with, and without one the queue's name
     */
    public record DeadLetter(
            Optional<String> queue,
            Optional<String> expiryQueue,
            int maxDeliveries,
            Optional<String> exchange,
            String routingKey) {
        public static final DeadLetter NONE = new DeadLetter(Optional.empty(), Optional.empty(), 0);

        /** Not through an exchange. */
        public DeadLetter(Optional<String> queue, Optional<String> expiryQueue, int maxDeliveries) {
            this(queue, expiryQueue, maxDeliveries, Optional.empty(), "");
        }

        public DeadLetter {
            if (maxDeliveries < 0) {
                throw new IllegalArgumentException("maxDeliveries is 0 or more, not " + maxDeliveries);
            }
            // The broker will declare these one day; then it is too late to say that it cannot.
            if (!queue.map(QueueDefinition::isName).orElse(true)
                    || !expiryQueue.map(QueueDefinition::isName).orElse(true)) {
                throw new IllegalArgumentException(
                        "not a queue name: '" + queue.or(() -> expiryQueue).get() + "'");
            }
            if (!exchange.map(QueueDefinition::isName).orElse(true)) {
                throw new IllegalArgumentException("not the name of a dead-letter exchange: '" + exchange.get() + "'");
            }
            if (routingKey.length() > MAX_NAME_LENGTH) {
                throw new IllegalArgumentException("a dead letter's routing key has up to " + MAX_NAME_LENGTH
                        + " characters, this has " + routingKey.length());
            }
        }

        /** The same through this exchange. @param key as {@link #routingKey} */
        public DeadLetter withExchange(Optional<String> newExchange, String key) {
            return new DeadLetter(queue, expiryQueue, maxDeliveries, newExchange, key);
        }
    }

    /**
     * By what and how long a queue knows a message that was sent before: the second copy is accepted and not stored. A message
     * without the id is never a copy; nor is one that the broker moves here itself.
     *
     * @param maxIds most ids that are remembered, 1 to {@link #MAX_IDS}; 0: none, every message is stored
     * @param maxAgeMillis longest time an id is remembered, 1 or more; 0 where none is
     * @param property the application property that is the id, "" for the message-id
     */
    public record Deduplication(int maxIds, long maxAgeMillis, String property) {
        public static final int MAX_IDS = 1_000_000;
        public static final int MAX_PROPERTY_LENGTH = 255;
        public static final Deduplication OFF = new Deduplication(0, 0, "");
        /** Where nobody says more than that it is wanted. */
        public static final Deduplication BY_MESSAGE_ID = new Deduplication(10_000, 600_000, "");

        public Deduplication {
            if (maxIds < 0 || maxIds > MAX_IDS) {
                throw new IllegalArgumentException("a window has 1 to " + MAX_IDS + " ids, not " + maxIds);
            }
            if (maxIds > 0 ? maxAgeMillis < 1 : maxAgeMillis != 0) {
                throw new IllegalArgumentException("a window remembers for 1 ms or more, not " + maxAgeMillis);
            }
            if (property.length() > MAX_PROPERTY_LENGTH) {
                throw new IllegalArgumentException("the name of a property has up to " + MAX_PROPERTY_LENGTH
                        + " characters, this has " + property.length());
            }
        }

        public boolean isOn() {
            return maxIds > 0;
        }
    }
}
