package io.sluice.server.config;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Dispatching.Groups;
import io.sluice.broker.Message;
import io.sluice.broker.NamePattern;
import io.sluice.broker.Origin;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueDefinition.Service;
import io.sluice.broker.QueueDefinition.Weighted;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Replay;
import io.sluice.broker.shard.Placement;
import io.sluice.server.config.QueueRules.PlacementRule;
import io.sluice.server.config.QueueRules.QueueTemplate;
import io.sluice.server.config.Section.Range;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads the sections {@code queues} and {@code topics}. */
final class QueueRulesBinder {
    private static final Map<String, Service> KINDS =
            Map.of("fifo", Service.FIFO, "priority", Service.STRICT, "weighted", Service.WEIGHTED);
    private static final Map<String, Overflow> OVERFLOWS = Map.of(
            "reject",
            Overflow.REJECT,
            "drop-head",
            Overflow.DROP_HEAD,
            "block",
            Overflow.BLOCK,
            "reject-dead-letter",
            Overflow.REJECT_DEAD_LETTER);

    private static final Map<String, Groups> GROUPS = Map.of(
            "off",
            Groups.OFF,
            "while-unsettled",
            Groups.WHILE_UNSETTLED,
            "until-detach",
            Groups.UNTIL_DETACH,
            "fair",
            Groups.FAIR);

    /** @param shards of the same file */
    QueueRules bind(Section section, int shards) {
        QueueRules rules = new QueueRules(
                section.texts("autoCreate")
                        .map(texts -> texts.stream().map(NamePattern::new).toList())
                        .orElse(Defaults.QUEUES.autoCreate()),
                section.sections("templates")
                        .map(sections -> templates(sections, QueueRulesBinder::definition))
                        .orElse(Defaults.QUEUES.templates()),
                section.sections("declared").map(QueueRulesBinder::declared).orElse(List.of()),
                section.sections("placement")
                        .map(sections -> placements(sections, shards))
                        .orElse(List.of()),
                section.sections("diverts").map(DivertBinder::diverts).orElse(List.of()));
        DivertBinder.checkLoops(section, rules);
        section.end();
        return rules;
    }

    private static List<PlacementRule> placements(List<Section> sections, int shards) {
        List<PlacementRule> rules = new ArrayList<>();
        for (Section section : sections) {
            NamePattern pattern = new NamePattern(ConfigurationBinder.required(section, "pattern"));
            int shard = section.number("shard", 0, Placement.MAX_SHARDS - 1, 0);
            if (!section.has("shard")) {
                section.problem("shard", "is missing");
            } else if (shard >= shards) {
                section.problem(
                        "shard", "is " + shard + "; with shards: " + shards + " it must be 0 to " + (shards - 1));
            } else {
                rules.add(new PlacementRule(pattern, shard));
            }
            section.end();
        }
        return rules;
    }

    private static List<QueueTemplate> templates(
            List<Section> sections, Function<Section, QueueDefinition> definition) {
        List<QueueTemplate> templates = new ArrayList<>();
        for (Section section : sections) {
            NamePattern pattern = new NamePattern(ConfigurationBinder.required(section, "pattern"));
            Origin origin = Origin.of(Origin.Source.TEMPLATE, pattern.text());
            templates.add(new QueueTemplate(pattern, definition.apply(section).withOrigin(origin)));
            section.end();
        }
        return templates;
    }

    private static List<QueueDefinition> declared(List<Section> sections) {
        List<QueueDefinition> declared = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : sections) {
            String name = ConfigurationBinder.required(section, "name");
            QueueDefinition definition = definition(section);
            section.end();
            if (name.length() > QueueDefinition.MAX_NAME_LENGTH || name.startsWith("$")) {
                section.problem(
                        "name",
                        "is \"" + name + "\"; it must be 1 to " + QueueDefinition.MAX_NAME_LENGTH
                                + " characters and not start with $");
            } else if (section.has("name") && !names.add(name)) {
                section.problem("name", "is \"" + name + "\", which another queue has already");
            } else {
                Origin origin = Origin.of(Origin.Source.CONFIGURATION, "");
                declared.add(QueueRules.named(definition, name).withOrigin(origin));
            }
        }
        return declared;
    }

    /** The queues of subscriptions: whether they are durable is their subscribers' affair. */
    TopicRules bindTopics(Section section) {
        TopicRules defaults = Defaults.TOPICS;
        TopicRules rules = new TopicRules(
                section.texts("addresses")
                        .map(texts -> texts.stream().map(NamePattern::new).toList())
                        .orElse(defaults.addresses()),
                section.number("maxSubscriptions", 1, 1_000_000, defaults.maxSubscriptions()),
                section.sections("templates")
                        .map(sections -> templates(sections, QueueRulesBinder::ofTopic))
                        .orElse(defaults.templates()));
        section.end();
        return rules;
    }

    private static QueueDefinition ofTopic(Section section) {
        Replay defaults = Replay.OFF;
        long messages = section.number("replayMessages", Range.atLeastOrUnlimited(0), defaults.messages());
        long bytes = section.number("replayBytes", Range.atLeastOrUnlimited(1), defaults.bytes());
        long ageMillis = section.number("replayAgeMillis", Range.atLeastOrUnlimited(1), defaults.ageMillis());
        long toNew = section.number("replayToNew", Range.atLeast(0), defaults.toNew());
        Replay replay = defaults;
        try {
            replay = new Replay(messages, bytes, ageMillis, toNew);
        } catch (IllegalArgumentException e) {
            section.problem("replayMessages", "does not go with the others: " + e.getMessage());
        }
        return settings(section).withReplay(replay);
    }

    private static QueueDefinition definition(Section section) {
        boolean durable = section.flag("durable", Defaults.QUEUE.durable());
        return settings(section).withDurable(durable);
    }

    private static QueueDefinition settings(Section section) {
        QueueDefinition defaults = Defaults.QUEUE;
        Service service = service(section, defaults.service());
        Limits limits = new Limits(
                section.number(
                        "maxMessages",
                        Range.atLeastOrUnlimited(1),
                        defaults.limits().maxMessages()),
                section.number(
                        "maxBytes",
                        Range.atLeastOrUnlimited(1),
                        defaults.limits().maxBytes()),
                section.choice("overflow", OVERFLOWS, defaults.limits().overflow()),
                section.number(
                        "maxTtlMillis",
                        Range.atLeastOrUnlimited(1),
                        defaults.limits().maxTtlMillis()));
        return QueueDefinition.named(defaults.name())
                .withService(service)
                .withLimits(limits)
                .withDeadLetter(deadLetter(section, defaults.deadLetter()))
                .withDeduplication(deduplication(section))
                .withDispatching(dispatching(section))
                .withLife(new MessageLifeBinder(section).life())
                .withExpiry(new QueueExpiry(
                        section.flag("autoDelete", QueueExpiry.NEVER.autoDelete()),
                        section.number(
                                "idleExpiryMillis", Range.atLeastOrUnlimited(1), QueueExpiry.NEVER.idleMillis())));
    }

    private static Dispatching dispatching(Section section) {
        Dispatching defaults = Dispatching.DEFAULT;
        return new Dispatching(
                section.choice("messageGroups", GROUPS, defaults.groups()),
                section.number("maxIdleGroups", 1, Dispatching.MAX_IDLE_GROUPS, defaults.maxIdleGroups()),
                section.flag("singleActiveConsumer", defaults.singleActiveConsumer()),
                section.number("lockMillis", Range.atLeastOrUnlimited(1), defaults.lockMillis()),
                section.flag("nonDestructive", defaults.nonDestructive()));
    }

    private static Deduplication deduplication(Section section) {
        Deduplication defaults = Deduplication.BY_MESSAGE_ID;
        boolean on = section.flag("deduplicate", false);
        int messages = section.number("duplicateWindowMessages", 1, Deduplication.MAX_IDS, defaults.maxIds());
        long millis = section.number("duplicateWindowMillis", Range.atLeast(1), defaults.maxAgeMillis());
        String property = section.textOrNone("duplicateIdProperty", defaults.property());
        if (property.length() > Deduplication.MAX_PROPERTY_LENGTH) {
            section.problem(
                    "duplicateIdProperty",
                    "has " + property.length() + " characters; it must have up to "
                            + Deduplication.MAX_PROPERTY_LENGTH);
            return defaults;
        }
        return on ? new Deduplication(messages, millis, property) : Deduplication.OFF;
    }

    private static Service service(Section section, Service fallback) {
        Service service = section.choice("kind", KINDS, fallback);
        Optional<List<Integer>> weights = section.numbers("weights", 1, 1000);
        if (weights.isEmpty()) {
            return service;
        }
        if (!(service instanceof Weighted)) {
            section.problem("weights", "is given for a queue whose kind is not weighted");
        } else if (weights.get().size() != Message.MAX_PRIORITY + 1) {
            section.problem("weights", "has " + weights.get().size() + " entries; it must have 10, of priority 0 to 9");
        } else {
            return new Weighted(weights.get());
        }
        return service;
    }

    private static DeadLetter deadLetter(Section section, DeadLetter defaults) {
        String queue = section.textOrNone("deadLetterQueue", defaults.queue().orElse(""));
        String expiryQueue =
                section.textOrNone("expiryQueue", defaults.expiryQueue().orElse(""));
        Range deliveries = new Range(1, 1_000_000, true);
        long maxDeliveries = section.number("maxDeliveries", deliveries, defaults.maxDeliveries());
        String exchange =
                section.textOrNone("deadLetterExchange", defaults.exchange().orElse(""));
        String key = section.textOrNone("deadLetterRoutingKey", defaults.routingKey());
        if (key.length() > QueueDefinition.MAX_NAME_LENGTH) {
            section.problem(
                    "deadLetterRoutingKey",
                    "has " + key.length() + " characters; it must have up to " + QueueDefinition.MAX_NAME_LENGTH);
            key = "";
        }
        return new DeadLetter(
                some(queue),
                some(expiryQueue),
                maxDeliveries == Configuration.UNLIMITED ? 0 : (int) maxDeliveries,
                some(exchange),
                key);
    }

    private static Optional<String> some(String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }
}
