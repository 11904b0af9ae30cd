package io.sluice.amqp.management;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Forward;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.Growth;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.MessageLife.Waits;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueDefinition.Service;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Replay;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The definition a CREATE asks for: the template's, changed by the attributes in the body. A null takes a limit or a name away.
 * An attribute that is not known is refused, or a misspelt limit would be no limit.
 */
final class QueueArguments {
    static final List<String> NAMES = List.of(
            "durable",
            "kind",
            "weights",
            "maxMessages",
            "maxBytes",
            "maxTtlMillis",
            "overflow",
            "deadLetterQueue",
            "expiryQueue",
            "deadLetterExchange",
            "deadLetterRoutingKey",
            "maxDeliveries",
            "deduplicate",
            "duplicateWindowMessages",
            "duplicateWindowMillis",
            "duplicateIdProperty",
            "messageGroups",
            "maxIdleGroups",
            "singleActiveConsumer",
            "lockMillis",
            "nonDestructive",
            "retryBackoff",
            "retryDelayMillis",
            "retryMultiplierPercent",
            "retryMaxDelayMillis",
            "retryJitterPercent",
            "retryOn",
            "maxAcquisitions",
            "undeliverableMillis",
            "lastValue",
            "lastValueKeys",
            "lastValueProperty",
            "stampMessages",
            "acknowledgedQueue",
            "forwardTo",
            "forwardToA",
            "autoDelete",
            "idleExpiryMillis");

    /** Of the queues of subscriptions only, and only of a policy: what their topic keeps. */
    static final List<String> OF_TOPICS = List.of("replayMessages", "replayBytes", "replayAgeMillis", "replayToNew");

    /** Allowed and without meaning: they say again what the request's properties say. */
    private static final Set<String> REPEATED = Set.of("name", "type");

    private final Map<?, ?> arguments;

    private QueueArguments(Map<?, ?> arguments) {
        this.arguments = arguments;
    }

    static QueueDefinition apply(QueueDefinition template, Map<?, ?> arguments) throws ManagementException {
        checkNames(arguments, "to create a queue with");
        return over(template, arguments);
    }

    /** As {@link #apply}, with what a topic keeps. */
    static QueueDefinition applyToTopics(QueueDefinition template, Map<?, ?> arguments) throws ManagementException {
        Map<Object, Object> ofQueue = new LinkedHashMap<>(arguments);
        Map<Object, Object> ofTopic = new LinkedHashMap<>(arguments);
        ofQueue.keySet().removeAll(OF_TOPICS);
        ofTopic.keySet().retainAll(OF_TOPICS);
        QueueDefinition definition = apply(template, ofQueue);
        try {
            return definition.withReplay(new QueueArguments(ofTopic).replay(template.replay()));
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private Replay replay(Replay template) throws ManagementException {
        return new Replay(
                limit("replayMessages", template.messages()),
                limit("replayBytes", template.bytes()),
                limit("replayAgeMillis", template.ageMillis()),
                number("replayToNew", template.toNew()));
    }

    /** What is shown of what a topic keeps, by {@link #OF_TOPICS}. */
    static Map<String, Object> shown(Replay replay) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("replayMessages", QueueAttributes.limit(replay.messages()));
        values.put("replayBytes", QueueAttributes.limit(replay.bytes()));
        values.put("replayAgeMillis", QueueAttributes.limit(replay.ageMillis()));
        values.put("replayToNew", replay.toNew());
        return values;
    }

    /** @param what for, in the words of the answer */
    static void checkNames(Map<?, ?> arguments, String purpose) throws ManagementException {
        for (Object key : arguments.keySet()) {
            if (!(key instanceof String) || !(NAMES.contains(key) || REPEATED.contains(key))) {
                throw ManagementException.badRequest("there is no attribute '" + key + "' " + purpose);
            }
        }
    }

    static QueueDefinition over(QueueDefinition template, Map<?, ?> arguments) throws ManagementException {
        try {
            return new QueueArguments(arguments).over(template);
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private QueueDefinition over(QueueDefinition template) throws ManagementException {
        Limits limits = template.limits();
        DeadLetter deadLetter = template.deadLetter();
        return template.withDurable(flag("durable", template.durable()))
                .withService(service(template.service()))
                .withLimits(new Limits(
                        limit("maxMessages", limits.maxMessages()),
                        limit("maxBytes", limits.maxBytes()),
                        constant("overflow", Overflow.values(), limits.overflow()),
                        limit("maxTtlMillis", limits.maxTtlMillis())))
                .withDeadLetter(new DeadLetter(
                        queue("deadLetterQueue", deadLetter.queue()),
                        queue("expiryQueue", deadLetter.expiryQueue()),
                        (int) Math.min(Integer.MAX_VALUE, number("maxDeliveries", deadLetter.maxDeliveries())),
                        queue("deadLetterExchange", deadLetter.exchange()),
                        arguments.containsKey("deadLetterRoutingKey")
                                ? text("deadLetterRoutingKey").orElse("")
                                : deadLetter.routingKey()))
                .withDeduplication(deduplication(template.deduplication()))
                .withDispatching(dispatching(template.dispatching()))
                .withLife(life(template.life()))
                .withExpiry(new QueueExpiry(
                        flag("autoDelete", template.expiry().autoDelete()),
                        limit("idleExpiryMillis", template.expiry().idleMillis())));
    }

    private Dispatching dispatching(Dispatching template) throws ManagementException {
        return new Dispatching(
                constant("messageGroups", Dispatching.Groups.values(), template.groups()),
                (int) Math.max(-1, Math.min(Integer.MAX_VALUE, number("maxIdleGroups", template.maxIdleGroups()))),
                flag("singleActiveConsumer", template.singleActiveConsumer()),
                limit("lockMillis", template.lockMillis()),
                flag("nonDestructive", template.nonDestructive()));
    }

    private MessageLife life(MessageLife template) throws ManagementException {
        return new MessageLife(
                backoff(template.backoff()),
                (int) number("maxAcquisitions", template.maxAcquisitions(), Integer.MAX_VALUE),
                number("undeliverableMillis", template.undeliverableMillis()),
                lastValue(template.lastValue()),
                flag("stampMessages", template.stamped()),
                queue("acknowledgedQueue", template.acknowledgedQueue()),
                forward(template.forward()));
    }

    private Optional<Forward> forward(Optional<Forward> template) throws ManagementException {
        Optional<String> to = queue("forwardTo", template.map(Forward::to));
        boolean again = to.equals(template.map(Forward::to));
        NodeKind[] kinds = {NodeKind.QUEUE, NodeKind.TOPIC};
        NodeKind was = again ? template.map(Forward::kind).orElse(NodeKind.QUEUE) : NodeKind.QUEUE;
        NodeKind kind = constant("forwardToA", kinds, was);
        return to.map(name -> new Forward(kind, name));
    }

    private Backoff backoff(Backoff template) throws ManagementException {
        Optional<String> name = text("retryBackoff");
        boolean takenAway = arguments.containsKey("retryBackoff") && name.isEmpty();
        Growth growth = takenAway ? Growth.NONE : template.growth();
        if (name.isPresent()) {
            growth = Stream.of(Growth.values())
                    .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name.get()))
                    .findFirst()
                    .orElseThrow(() -> ManagementException.badRequest(
                            "attribute 'retryBackoff' is none, fixed, linear or exponential, not '" + name.get()
                                    + "'"));
        }
        if (growth == Growth.NONE) {
            return Backoff.NONE;
        }
        Backoff base = template.growth() == Growth.NONE ? Backoff.DEFAULT : template;
        long delay = number("retryDelayMillis", base.delayMillis());
        return new Backoff(
                growth,
                delay,
                (int) number("retryMultiplierPercent", base.multiplierPercent(), Integer.MAX_VALUE),
                number("retryMaxDelayMillis", Math.max(delay, base.maxDelayMillis())),
                (int) number("retryJitterPercent", base.jitterPercent(), Integer.MAX_VALUE),
                constant("retryOn", Waits.values(), base.who()));
    }

    private LastValue lastValue(LastValue template) throws ManagementException {
        if (!flag("lastValue", template.isOn())) {
            return LastValue.OFF;
        }
        LastValue base = template.isOn() ? template : LastValue.ON;
        return new LastValue(
                (int) number("lastValueKeys", base.maxKeys(), Integer.MAX_VALUE),
                text("lastValueProperty").orElse(base.property()));
    }

    /** What is not in the range of an int is not in any of ours. */
    private long number(String name, long template, long most) throws ManagementException {
        return Math.max(-1, Math.min(most, number(name, template)));
    }

    private Deduplication deduplication(Deduplication template) throws ManagementException {
        if (!flag("deduplicate", template.isOn())) {
            return Deduplication.OFF;
        }
        Deduplication base = template.isOn() ? template : Deduplication.BY_MESSAGE_ID;
        return new Deduplication(
                (int) Math.max(-1, Math.min(Integer.MAX_VALUE, number("duplicateWindowMessages", base.maxIds()))),
                number("duplicateWindowMillis", base.maxAgeMillis()),
                arguments.containsKey("duplicateIdProperty")
                        ? text("duplicateIdProperty").orElse("")
                        : base.property());
    }

    private Service service(Service template) throws ManagementException {
        boolean weights = arguments.get("weights") != null;
        String kind = text("kind").orElse(weights ? "weighted" : "");
        if (weights && !kind.equals("weighted")) {
            throw ManagementException.badRequest("a queue of kind '" + kind + "' has no weights");
        }
        switch (kind) {
            case "":
                return template;
            case "fifo":
                return Service.FIFO;
            case "priority":
                return Service.STRICT;
            case "weighted":
                return weights ? new QueueDefinition.Weighted(weights()) : Service.WEIGHTED;
            default:
                throw ManagementException.badRequest(
                        "attribute 'kind' is fifo, priority or weighted, not '" + kind + "'");
        }
    }

    private List<Integer> weights() throws ManagementException {
        Object value = arguments.get("weights");
        List<Integer> weights = new ArrayList<>();
        if (value instanceof List) {
            for (Object weight : (List<?>) value) {
                weights.add(weight instanceof Number ? ((Number) weight).intValue() : 0);
            }
            return weights;
        }
        throw wrongType("weights", "list of numbers");
    }

    private <E extends Enum<E>> E constant(String name, E[] values, E template) throws ManagementException {
        Optional<String> given = text(name);
        if (given.isEmpty()) {
            return template;
        }
        List<String> names = new ArrayList<>();
        for (E value : values) {
            String shown = QueueAttributes.shown(value);
            if (shown.equals(given.get())) {
                return value;
            }
            names.add(shown);
        }
        String last = names.remove(names.size() - 1);
        throw ManagementException.badRequest("attribute '" + name + "' is " + String.join(", ", names) + " or " + last
                + ", not '" + given.get() + "'");
    }

    private Optional<String> queue(String name, Optional<String> template) throws ManagementException {
        Optional<String> queue = arguments.containsKey(name) ? text(name) : template;
        int length = queue.map(String::length).orElse(1);
        if (length < 1 || length > QueueDefinition.MAX_NAME_LENGTH) {
            // It is created when the first message goes there; by then it is too late to refuse it.
            throw ManagementException.badRequest("attribute '" + name + "' has 1 to " + QueueDefinition.MAX_NAME_LENGTH
                    + " characters, this has " + length);
        }
        return queue;
    }

    private long limit(String name, long template) throws ManagementException {
        return arguments.containsKey(name) && arguments.get(name) == null
                ? QueueDefinition.UNLIMITED
                : number(name, template);
    }

    private long number(String name, long template) throws ManagementException {
        Object value = arguments.get(name);
        if (value == null) {
            return template;
        }
        if (value instanceof Number) {
            return ((Number) value).longValue();
        }
        throw wrongType(name, "number");
    }

    private boolean flag(String name, boolean template) throws ManagementException {
        Object value = arguments.get(name);
        if (value == null) {
            return template;
        }
        if (value instanceof Boolean) {
            return (Boolean) value;
        }
        throw wrongType(name, "boolean");
    }

    private Optional<String> text(String name) throws ManagementException {
        Object value = arguments.get(name);
        if (value != null && !(value instanceof String)) {
            throw wrongType(name, "string");
        }
        return Optional.ofNullable((String) value);
    }

    private static ManagementException wrongType(String name, String type) {
        return ManagementException.badRequest("attribute '" + name + "' is no " + type);
    }
}
