package io.sluice.amqp.servicebus;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.SubscriptionRules;
import io.sluice.amqp.filter.SubscriptionRules.Rule;
import io.sluice.broker.Refusal;
import io.sluice.broker.SelectionChange.Change;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.security.Permissions.Action;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@code add-rule}: {@code rule-name} and {@code rule-description}; {@code remove-rule}: {@code rule-name}. They hold for what is published from then on. */
final class ChangeRules implements EntityOperation {
    /** Where the fields of a correlation filter are in a message's properties section. */
    private static final Map<String, String> FIELDS = Map.of(
            "correlation-id", "correlation-id",
            "message-id", "message-id",
            "to", "to",
            "reply-to", "reply-to",
            "label", "subject",
            "session-id", "group-id",
            "reply-to-session-id", "reply-to-group-id",
            "content-type", "content-type");

    private final Asker asker;
    private final boolean adds;

    private ChangeRules(Asker asker, boolean adds) {
        this.asker = asker;
        this.adds = adds;
    }

    static ChangeRules add(Asker asker) {
        return new ChangeRules(asker, true);
    }

    static ChangeRules remove(Asker asker) {
        return new ChangeRules(asker, false);
    }

    @Override
    public String name() {
        return adds ? "add-rule" : "remove-rule";
    }

    /** Who may receive from a topic may end its subscriptions, too. */
    @Override
    public Action action() {
        return Action.RECEIVE;
    }

    @Override
    public Optional<Map<String, String>> audited(EntityRequest request) {
        return Optional.of(Map.of("rule", String.valueOf(request.body().get("rule-name"))));
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        String name = request.needText("rule-name");
        if (name.isEmpty() || name.length() > SubscriptionRules.MAX_NAME_LENGTH) {
            throw request.wrong("rule-name", "1 to " + SubscriptionRules.MAX_NAME_LENGTH + " characters long");
        }
        if (adds) {
            Rule rule = rule(name, request);
            change(
                    entity,
                    answer,
                    rules -> rules.has(name) ? null : rules.with(rule),
                    "there is a rule '" + name + "'");
        } else {
            change(
                    entity,
                    answer,
                    rules -> rules.has(name) ? rules.without(name) : null,
                    "there is no rule '" + name + "'");
        }
    }

    /** @param next null where it cannot be. @param obstacle why it cannot */
    private void change(Entity entity, EntityAnswer answer, UnaryOperator<SubscriptionRules> next, String obstacle) {
        asker.shard(entity.name())
                .topics()
                .select(
                        entity.name(),
                        is -> change(is, next, obstacle),
                        asker.thread(),
                        asker.reply(answer, done -> answer.ok(Map.of()), this::refused));
    }

    private EntityException refused(Refusal refusal) {
        return switch (refusal.kind()) {
            case RESOURCE_LOCKED ->
                adds
                        ? new EntityException(
                                EntityException.CONFLICT, "com.microsoft:entity-already-exists", refusal.text())
                        : new EntityException(
                                EntityException.NOT_FOUND, "com.microsoft:entity-not-found", refusal.text());
            default -> EntityException.of(refusal);
        };
    }

    private Change change(Selection is, UnaryOperator<SubscriptionRules> next, String obstacle) {
        if (!SubscriptionRules.areIn(is)) {
            return Change.refused(
                    is,
                    Refusal.of(
                            Refusal.Kind.PRECONDITION_FAILED,
                            "the subscription selects by the filter of its links, not by rules: " + is));
        }
        SubscriptionRules rules = next.apply(SubscriptionRules.of(is));
        if (rules == null) {
            return Change.refused(is, Refusal.of(Refusal.Kind.RESOURCE_LOCKED, obstacle));
        }
        try {
            return new Change(rules.selection(), Optional.of(rules.condition(asker.newIds())), Optional.empty());
        } catch (InvalidFilterException e) {
            return Change.refused(is, Refusal.of(Refusal.Kind.INVALID_FIELD, e.getMessage()));
        } catch (IllegalArgumentException e) {
            return Change.refused(is, Refusal.of(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, e.getMessage()));
        }
    }

    private static Rule rule(String name, EntityRequest request) throws EntityException {
        if (!(request.body().get("rule-description") instanceof Map<?, ?> description)) {
            throw request.wrong("rule-description", "a map");
        }
        Rule rule = filter(name, description, request);
        Object action = description.get("sql-rule-action");
        if (action == null) {
            return rule;
        }
        if (action instanceof Map<?, ?> sql && sql.get("expression") instanceof String expression) {
            return rule.withAction(expression);
        }
        throw request.wrong("rule-description", "one whose sql-rule-action has an expression");
    }

    private static Rule filter(String name, Map<?, ?> description, EntityRequest request) throws EntityException {
        Object sql = description.get("sql-filter");
        Object correlation = description.get("correlation-filter");
        if (sql instanceof Map<?, ?> filter && filter.get("expression") instanceof String expression) {
            return new Rule(name, Optional.of(expression), Map.of());
        }
        if (correlation instanceof Map<?, ?> filter) {
            return new Rule(name, Optional.empty(), fields(filter, request));
        }
        throw request.wrong(
                "rule-description", "one with a sql-filter that has an expression, or a correlation-filter");
    }

    private static Map<String, Object> fields(Map<?, ?> filter, EntityRequest request) throws EntityException {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : filter.entrySet()) {
            String field = FIELDS.get(String.valueOf(entry.getKey()));
            if (entry.getValue() == null) {
                continue;
            }
            if (field != null) {
                fields.put(field, entry.getValue());
            } else if ("properties".equals(entry.getKey()) && entry.getValue() instanceof Map<?, ?> properties) {
                properties.forEach((key, value) -> fields.put(SubscriptionRules.PROPERTY + key, value));
            } else {
                throw request.wrong(
                        "rule-description", "a correlation-filter by fields that are known: " + entry.getKey());
            }
        }
        return fields;
    }
}
