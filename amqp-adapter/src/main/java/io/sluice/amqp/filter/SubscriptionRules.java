package io.sluice.amqp.filter;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription.Selection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.Symbol;

/**
 * The rules of a subscription, as Service Bus has them: a message passes that passes any. Where nobody has said anything there is one, by which every
 * message passes. Immutable, any thread.
 */
public final class SubscriptionRules {
    public static final int MAX_RULES = 100;
    public static final int MAX_NAME_LENGTH = 255;
    /** That of a subscription of which nobody has said anything. */
    public static final Rule DEFAULT = new Rule("$Default", Optional.of("1=1"), Map.of());

    private static final Symbol KEY = Symbol.valueOf("com.microsoft:rules");

    /** By name. */
    private final Map<String, Rule> rules;

    /**
     * One of the two.
     *
     * @param sql a condition
     * @param correlation fields and what they are to be: of the properties section by AMQP's names with dashes, application properties by their
     *     names behind {@link #PROPERTY}
     * @param action what it does to its copy of a message; empty where it has none of its own
     */
    public record Rule(String name, Optional<String> sql, Map<String, Object> correlation, Optional<String> action) {
        /** One without an action. */
        public Rule(String name, Optional<String> sql, Map<String, Object> correlation) {
            this(name, sql, correlation, Optional.empty());
        }

        /** As this, with an action. */
        public Rule withAction(String newAction) {
            return new Rule(name, sql, correlation, Optional.of(newAction));
        }

        public Rule {
            correlation = Collections.unmodifiableMap(new LinkedHashMap<>(correlation));
        }
    }

    /** In front of the name of an application property. */
    public static final String PROPERTY = "property:";

    private SubscriptionRules(Map<String, Rule> rules) {
        this.rules = Collections.unmodifiableMap(rules);
    }

    /** Whether it is a selection by rules, or none. */
    public static boolean areIn(Selection selection) {
        return selection.isAll() || StoredFilter.decoded(selection).containsKey(KEY);
    }

    /** @throws IllegalArgumentException the selection is another than {@link #areIn} says */
    public static SubscriptionRules of(Selection selection) {
        Map<String, Rule> rules = new TreeMap<>();
        if (selection.isAll()) {
            rules.put(DEFAULT.name, DEFAULT);
            return new SubscriptionRules(rules);
        }
        if (!(StoredFilter.decoded(selection).get(KEY) instanceof List<?> all)) {
            throw new IllegalArgumentException("a selection that is not by rules");
        }
        for (Object each : all) {
            List<?> fields = (List<?>) each;
            Map<String, Object> correlation = new LinkedHashMap<>();
            ((Map<?, ?>) fields.get(2)).forEach((key, value) -> correlation.put((String) key, value));
            String name = (String) fields.get(0);
            Rule rule = new Rule(name, Optional.ofNullable((String) fields.get(1)), correlation);
            rules.put(name, fields.size() > 3 ? rule.withAction((String) fields.get(3)) : rule);
        }
        return new SubscriptionRules(rules);
    }

    public Collection<Rule> all() {
        return rules.values();
    }

    public boolean has(String name) {
        return rules.containsKey(name);
    }

    public SubscriptionRules with(Rule rule) {
        Map<String, Rule> more = new TreeMap<>(rules);
        more.put(rule.name, rule);
        return new SubscriptionRules(more);
    }

    public SubscriptionRules without(String name) {
        Map<String, Rule> rest = new TreeMap<>(rules);
        rest.remove(name);
        return new SubscriptionRules(rest);
    }

    /**
     * As the broker keeps them.
     *
     * @throws IllegalArgumentException they are too many, or too large, to be kept
     */
    public Selection selection() {
        if (rules.size() > MAX_RULES) {
            throw new IllegalArgumentException("a subscription has " + MAX_RULES + " rules at most");
        }
        List<Object> all = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Rule rule : rules.values()) {
            List<Object> fields = new ArrayList<>();
            fields.add(rule.name);
            fields.add(rule.sql.orElse(null));
            fields.add(rule.correlation);
            rule.action.ifPresent(fields::add);
            all.add(fields);
            texts.add("rule " + rule.name + ": " + rule.sql.orElseGet(() -> StoredFilter.text(rule.correlation))
                    + rule.action.map(action -> ", action: " + action).orElse(""));
        }
        String text = texts.isEmpty() ? "no rules" : String.join("; ", texts);
        return new Selection(text, StoredFilter.encoded(Map.of(KEY, all)));
    }

    /**
     * Where rules have actions, a {@link io.sluice.broker.routing.Rewriting}.
     *
     * @param newIds for newid(), each another; asked on the shard's thread
     * @throws InvalidFilterException one of them is wrong in itself: which, where and why
     */
    public Predicate<Message> condition(Supplier<UUID> newIds) throws InvalidFilterException {
        List<Expression> conditions = new ArrayList<>();
        List<RuleAction> actions = new ArrayList<>();
        for (Rule rule : rules.values()) {
            try {
                conditions.add(condition(rule, newIds));
            } catch (InvalidFilterException e) {
                throw e.of("rule '" + rule.name + "'");
            }
            try {
                actions.add(rule.action.isPresent() ? RuleAction.of(rule.action.get(), newIds) : null);
            } catch (InvalidFilterException e) {
                throw e.of("action of rule '" + rule.name + "'");
            }
        }
        if (actions.stream().anyMatch(Objects::nonNull)) {
            return new ActingRules(conditions, actions);
        }
        return message -> {
            MessageView view = new MessageView(message, 0);
            for (Expression each : conditions) {
                if (each.evaluate(view) == Value.TRUE) {
                    return true;
                }
            }
            return false;
        };
    }

    private static Expression condition(Rule rule, Supplier<UUID> newIds) throws InvalidFilterException {
        if (rule.sql.isPresent()) {
            return Selector.serviceBus(rule.sql.get(), newIds).condition();
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        Map<String, Object> properties = new LinkedHashMap<>();
        rule.correlation.forEach((name, value) -> {
            // A text that begins with & would ask for something else.
            Object asked = value instanceof String text && text.startsWith("&") ? "&" + text : value;
            if (name.startsWith(PROPERTY)) {
                properties.put(name.substring(PROPERTY.length()), asked);
            } else {
                fields.put(name, asked);
            }
        });
        return new Logic.All(
                new Expression[] {PropertyFilter.properties(fields), PropertyFilter.applicationProperties(properties)});
    }
}
