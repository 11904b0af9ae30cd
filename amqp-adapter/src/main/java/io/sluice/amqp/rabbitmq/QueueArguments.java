package io.sluice.amqp.rabbitmq;

import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.Growth;
import io.sluice.broker.MessageLife.Waits;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueDefinition.Service;
import io.sluice.broker.QueueDefinition.Weighted;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The {@code x-} arguments of a queue as RabbitMQ has them, and what they are in our settings. Each is a text, a whole number or true or
 * false. One that is not known is refused, or a misspelt limit would be no limit. Immutable.
 */
final class QueueArguments {
    static final String TYPE = "x-queue-type";
    static final String CLASSIC = "classic";
    static final String QUORUM = "quorum";

    private static final String OVERFLOW = "x-overflow";
    private static final String MAX_LENGTH = "x-max-length";
    private static final String MAX_LENGTH_BYTES = "x-max-length-bytes";
    private static final String MESSAGE_TTL = "x-message-ttl";
    private static final String EXPIRES = "x-expires";
    private static final String DEAD_LETTER_EXCHANGE = "x-dead-letter-exchange";
    private static final String DEAD_LETTER_ROUTING_KEY = "x-dead-letter-routing-key";
    private static final String DEAD_LETTER_STRATEGY = "x-dead-letter-strategy";
    private static final String DELIVERY_LIMIT = "x-delivery-limit";
    private static final String SINGLE_ACTIVE_CONSUMER = "x-single-active-consumer";
    private static final String MAX_PRIORITY = "x-max-priority";
    private static final String CONSUMER_TIMEOUT = "x-consumer-timeout";
    private static final String RETRY_TYPE = "x-delayed-retry-type";
    private static final String RETRY_MIN = "x-delayed-retry-min";
    private static final String RETRY_MAX = "x-delayed-retry-max";

    private static final String DISABLED = "disabled";
    private static final String REJECT_PUBLISH_DLX = "reject-publish-dlx";
    /** Of a quorum queue that says nothing of it, from RabbitMQ 4.0 on. */
    private static final int DEFAULT_DELIVERY_LIMIT = 20;

    /** Texts that are one of some; empty: any text. */
    private static final Map<String, Set<String>> TEXTS = Map.of(
            TYPE,
            Set.of(CLASSIC, QUORUM),
            OVERFLOW,
            Set.of("drop-head", "reject-publish", REJECT_PUBLISH_DLX),
            DEAD_LETTER_EXCHANGE,
            Set.of(),
            DEAD_LETTER_ROUTING_KEY,
            Set.of(),
            DEAD_LETTER_STRATEGY,
            Set.of("at-most-once", "at-least-once"),
            RETRY_TYPE,
            Set.of(DISABLED, "failed", "returned", "all"),
            "x-queue-leader-locator",
            Set.of("client-local", "balanced"),
            "x-queue-master-locator",
            Set.of("client-local", "min-masters", "random"),
            "x-queue-mode",
            Set.of("default", "lazy"));

    /** @param least that it may be @param most the same */
    private record Range(long least, long most) {
        static final Range POSITIVE = new Range(1, Long.MAX_VALUE - 1);
    }

    private static final Map<String, Range> NUMBERS = Map.ofEntries(
            Map.entry(MAX_LENGTH, Range.POSITIVE),
            Map.entry(MAX_LENGTH_BYTES, Range.POSITIVE),
            Map.entry(MESSAGE_TTL, new Range(0, Long.MAX_VALUE - 1)),
            Map.entry(EXPIRES, Range.POSITIVE),
            Map.entry(DELIVERY_LIMIT, new Range(-1, Integer.MAX_VALUE - 1)),
            Map.entry(MAX_PRIORITY, new Range(0, 255)),
            Map.entry(CONSUMER_TIMEOUT, Range.POSITIVE),
            Map.entry(RETRY_MIN, new Range(1, Backoff.MAX_MILLIS)),
            Map.entry(RETRY_MAX, new Range(1, Backoff.MAX_MILLIS)),
            Map.entry("x-consumer-disconnected-timeout", Range.POSITIVE),
            Map.entry("x-quorum-initial-group-size", Range.POSITIVE),
            Map.entry("x-quorum-target-group-size", Range.POSITIVE),
            Map.entry("x-queue-version", new Range(1, 2)));

    private static final Set<String> FLAGS = Set.of(SINGLE_ACTIVE_CONSUMER);
    /** They ask for something while a queue is made; it is the same queue whatever they say. */
    private static final Set<String> HINTS = Set.of(
            "x-consumer-disconnected-timeout",
            "x-queue-leader-locator",
            "x-queue-master-locator",
            "x-quorum-initial-group-size",
            "x-quorum-target-group-size",
            "x-queue-version",
            "x-queue-mode");

    private final Map<String, Object> values;

    private QueueArguments(Map<String, Object> values) {
        this.values = values;
    }

    /** @param values that were {@link #values} of some that were checked */
    static QueueArguments known(Map<String, Object> values) {
        return new QueueArguments(Map.copyOf(values));
    }

    /** @throws HttpException one of them cannot be; the text names it */
    static QueueArguments of(Map<String, Object> given) throws HttpException {
        if ("stream".equals(given.get(TYPE))) {
            throw HttpException.badRequest(
                    "argument 'x-queue-type': there are no streams here; a queue is classic or quorum");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, Object> argument : given.entrySet()) {
            if (argument.getValue() != null) {
                values.put(argument.getKey(), checked(argument.getKey(), argument.getValue()));
            }
        }
        QueueArguments arguments = new QueueArguments(values);
        arguments.checkTogether();
        return arguments;
    }

    private static Object checked(String name, Object value) throws HttpException {
        if (TEXTS.containsKey(name)) {
            if (!(value instanceof String text)) {
                throw wrong(name, "no string");
            }
            Set<String> some = TEXTS.get(name);
            if (!some.isEmpty() && !some.contains(text)) {
                throw wrong(name, String.join(" or ", new TreeSet<>(some)) + ", not '" + text + "'");
            }
            return text;
        }
        if (NUMBERS.containsKey(name)) {
            if (!(value instanceof Number number) || value instanceof Float || value instanceof Double) {
                throw wrong(name, "no whole number");
            }
            Range range = NUMBERS.get(name);
            if (number.longValue() < range.least || number.longValue() > range.most) {
                String bound = range.most == Long.MAX_VALUE - 1 ? " or more" : " to " + range.most;
                throw wrong(name, range.least + bound + ", not " + number);
            }
            return number.longValue();
        }
        if (FLAGS.contains(name)) {
            if (!(value instanceof Boolean)) {
                throw wrong(name, "neither true nor false");
            }
            return value;
        }
        Set<String> all = new TreeSet<>(TEXTS.keySet());
        all.addAll(NUMBERS.keySet());
        all.addAll(FLAGS);
        throw HttpException.badRequest(
                "argument '" + name + "' of a queue is not known here; known are " + String.join(", ", all));
    }

    private static HttpException wrong(String name, String what) {
        return HttpException.badRequest("argument '" + name + "' is " + what);
    }

    private void checkTogether() throws HttpException {
        if (values.containsKey(DEAD_LETTER_ROUTING_KEY) && !values.containsKey(DEAD_LETTER_EXCHANGE)) {
            throw HttpException.badRequest(
                    "argument 'x-dead-letter-routing-key' means nothing without 'x-dead-letter-exchange'");
        }
        boolean retries = values.containsKey(RETRY_MIN) || values.containsKey(RETRY_MAX);
        if (retries && !values.containsKey(RETRY_TYPE)) {
            throw HttpException.badRequest(
                    "arguments 'x-delayed-retry-min' and '-max' mean nothing without 'x-delayed-retry-type'");
        }
        if (backs() && !values.containsKey(RETRY_MIN)) {
            throw HttpException.badRequest("argument 'x-delayed-retry-type' needs 'x-delayed-retry-min'");
        }
        if (backs() && number(RETRY_MAX, Long.MAX_VALUE) < number(RETRY_MIN, 1)) {
            throw HttpException.badRequest("argument 'x-delayed-retry-max' is less than 'x-delayed-retry-min'");
        }
        if (isQuorum() && values.containsKey(MAX_PRIORITY)) {
            throw HttpException.badRequest("argument 'x-max-priority' is of classic queues");
        }
        if (isQuorum() && REJECT_PUBLISH_DLX.equals(values.get(OVERFLOW))) {
            throw HttpException.badRequest("argument 'x-overflow': reject-publish-dlx is of classic queues");
        }
    }

    private boolean backs() {
        return values.containsKey(RETRY_TYPE) && !values.get(RETRY_TYPE).equals(DISABLED);
    }

    boolean isQuorum() {
        return QUORUM.equals(values.get(TYPE));
    }

    /** Where dead letters go by what is said here: an exchange or a queue. @param name of the queue itself */
    Optional<String> deadLettersTo(String name) {
        Optional<String> exchange = text(DEAD_LETTER_EXCHANGE);
        return exchange.filter(String::isEmpty).isPresent()
                ? Optional.of(text(DEAD_LETTER_ROUTING_KEY).orElse(name))
                : exchange;
    }

    /** Texts, Longs and Booleans by name. */
    Map<String, Object> values() {
        return values;
    }

    /** The queue that is asked for. @param template as far as they say nothing else */
    QueueDefinition over(QueueDefinition template) throws HttpException {
        Limits limits = template.limits();
        boolean limited = values.containsKey(MAX_LENGTH) || values.containsKey(MAX_LENGTH_BYTES);
        return template.withService(service(template.service()))
                .withLimits(new Limits(
                        number(MAX_LENGTH, limits.maxMessages()),
                        number(MAX_LENGTH_BYTES, limits.maxBytes()),
                        overflow(limited ? Overflow.DROP_HEAD : limits.overflow()),
                        Math.max(1, number(MESSAGE_TTL, limits.maxTtlMillis()))))
                .withDeadLetter(deadLetter(template))
                .withExpiry(template.expiry()
                        .withIdleMillis(number(EXPIRES, template.expiry().idleMillis())))
                .withLife(backs() ? template.life().withBackoff(backoff()) : template.life())
                .withDispatching(template.dispatching()
                        .withSingleActiveConsumer(flag(
                                SINGLE_ACTIVE_CONSUMER, template.dispatching().singleActiveConsumer()))
                        .withLockMillis(
                                number(CONSUMER_TIMEOUT, template.dispatching().lockMillis())));
    }

    /** What a queue is that is made by these: without a word of it a quorum queue has a limit of deliveries. @param over see {@link #over} */
    QueueDefinition ofNew(QueueDefinition over) {
        DeadLetter is = over.deadLetter();
        return isQuorum() && !values.containsKey(DELIVERY_LIMIT) && is.maxDeliveries() == 0
                ? over.withDeadLetter(new DeadLetter(
                        is.queue(), is.expiryQueue(), DEFAULT_DELIVERY_LIMIT + 1, is.exchange(), is.routingKey()))
                : over;
    }

    /** Classic queues look at priorities where they are told to, the others always. */
    private Service service(Service template) {
        if (template instanceof Weighted || !values.containsKey(TYPE)) {
            return values.containsKey(MAX_PRIORITY) && template instanceof QueueDefinition.Fifo
                    ? Service.STRICT
                    : template;
        }
        return isQuorum() || number(MAX_PRIORITY, 0) > 0 ? Service.STRICT : Service.FIFO;
    }

    private Overflow overflow(Overflow template) {
        return switch (text(OVERFLOW).orElse("")) {
            case "drop-head" -> Overflow.DROP_HEAD;
            case "reject-publish" -> Overflow.REJECT;
            case REJECT_PUBLISH_DLX -> Overflow.REJECT_DEAD_LETTER;
            default -> template;
        };
    }

    /** RabbitMQ returns as often as the limit says, we deliver as often; its first delivery is none that was returned. */
    private int maxDeliveries(int template) {
        long limit = number(DELIVERY_LIMIT, Long.MIN_VALUE);
        return limit == Long.MIN_VALUE ? template : (int) (limit + 1);
    }

    private DeadLetter deadLetter(QueueDefinition template) throws HttpException {
        DeadLetter is = template.deadLetter();
        int maxDeliveries = maxDeliveries(is.maxDeliveries());
        Optional<String> exchange = text(DEAD_LETTER_EXCHANGE);
        if (exchange.isEmpty()) {
            return new DeadLetter(is.queue(), is.expiryQueue(), maxDeliveries, is.exchange(), is.routingKey());
        }
        if (!exchange.get().isEmpty()) {
            // Without an expiry queue, so that what expires goes there too.
            String key = text(DEAD_LETTER_ROUTING_KEY).orElse("");
            return new DeadLetter(is.queue(), Optional.empty(), maxDeliveries, exchange, key);
        }
        String queue = deadLettersTo(template.name()).orElseThrow();
        if (!QueueDefinition.isName(queue)) {
            throw wrong(DEAD_LETTER_ROUTING_KEY, "no name of a queue: it has 1 to 255 characters");
        }
        return new DeadLetter(Optional.of(queue), Optional.of(queue), maxDeliveries);
    }

    /** Without a longest wait each is the first. */
    private Backoff backoff() {
        long min = number(RETRY_MIN, 1);
        return new Backoff(Growth.LINEAR, min, 100, number(RETRY_MAX, min), 0, waits());
    }

    private Waits waits() {
        return switch (text(RETRY_TYPE).orElseThrow()) {
            case "returned" -> Waits.RETURNED;
            case "all" -> Waits.ALL;
            default -> Waits.FAILED;
        };
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable((String) values.get(name));
    }

    private long number(String name, long otherwise) {
        return values.get(name) instanceof Long number ? number : otherwise;
    }

    private boolean flag(String name, boolean otherwise) {
        return values.get(name) instanceof Boolean flag ? flag : otherwise;
    }

    /** The first argument by which these are another queue, with both values. @param asked by who declares it again */
    Optional<Difference> difference(QueueArguments asked) {
        Set<String> names = new LinkedHashSet<>(new TreeSet<>(values.keySet()));
        names.addAll(new TreeSet<>(asked.values.keySet()));
        names.removeAll(HINTS);
        for (String name : names) {
            Object is = values.getOrDefault(name, byDefault(name));
            Object wanted = asked.values.getOrDefault(name, byDefault(name));
            if (!Objects.equals(is, wanted)) {
                return Optional.of(new Difference(name, is, wanted));
            }
        }
        return Optional.empty();
    }

    private static Object byDefault(String name) {
        return switch (name) {
            case TYPE -> CLASSIC;
            case SINGLE_ACTIVE_CONSUMER -> false;
            case OVERFLOW -> "drop-head";
            case RETRY_TYPE -> DISABLED;
            default -> null;
        };
    }

    /** An argument that is not as it was; null for one that is not there. */
    record Difference(String name, Object is, Object asked) {}
}
