package io.sluice.amqp.servicebus;

import io.sluice.amqp.filter.SubscriptionRules;
import io.sluice.amqp.filter.SubscriptionRules.Rule;
import io.sluice.broker.Refusal;
import io.sluice.broker.SelectionChange.Change;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.security.Permissions.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedLong;

/** {@code enumerate-rules}: {@code skip}, {@code top}; answered with {@code rules}, by their names, 204 where there are no more. */
final class EnumerateRules implements EntityOperation {
    private static final UnsignedLong RULE = UnsignedLong.valueOf(0x13700000004L);
    private static final UnsignedLong NO_ACTION = UnsignedLong.valueOf(0x13700000005L);
    private static final UnsignedLong ACTION = UnsignedLong.valueOf(0x13700000006L);
    private static final UnsignedLong SQL = UnsignedLong.valueOf(0x1370000006L);
    private static final UnsignedLong TRUE = UnsignedLong.valueOf(0x1370000007L);
    private static final UnsignedLong CORRELATION = UnsignedLong.valueOf(0x1370000009L);
    /** The version of the language of SQL filters, as Service Bus says it. */
    private static final int LANGUAGE = 20;

    /** Of a correlation filter, in their order. */
    private static final List<String> FIELDS = List.of(
            "correlation-id",
            "message-id",
            "to",
            "reply-to",
            "subject",
            "group-id",
            "reply-to-group-id",
            "content-type");

    private final Asker asker;

    EnumerateRules(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "enumerate-rules";
    }

    @Override
    public Action action() {
        return Action.RECEIVE;
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        long skip = Math.max(0, request.number("skip", 0));
        long top = Math.max(0, request.number("top", SubscriptionRules.MAX_RULES));
        asker.shard(entity.name())
                .topics()
                .select(entity.name(), EnumerateRules::same, asker.thread(), asker.reply(answer, selection -> {
                    List<Map<String, Object>> rules = new ArrayList<>();
                    SubscriptionRules.of(selection).all().stream()
                            .skip(skip)
                            .limit(top)
                            .forEach(rule -> rules.add(Map.of("rule-description", described(rule))));
                    if (rules.isEmpty()) {
                        answer.nothing();
                    } else {
                        answer.ok(Map.of("rules", rules));
                    }
                }));
    }

    private static Change same(Selection is) {
        return SubscriptionRules.areIn(is)
                ? new Change(is, Optional.empty(), Optional.empty())
                : Change.refused(
                        is,
                        Refusal.of(
                                Refusal.Kind.PRECONDITION_FAILED,
                                "the subscription selects by the filter of its links, not by rules: " + is));
    }

    private static DescribedType described(Rule rule) {
        List<Object> fields = new ArrayList<>();
        fields.add(filter(rule));
        fields.add(rule.action()
                .map(action -> new UnknownDescribedType(ACTION, List.of(action, LANGUAGE)))
                .orElseGet(() -> new UnknownDescribedType(NO_ACTION, List.of())));
        fields.add(rule.name());
        return new UnknownDescribedType(RULE, fields);
    }

    private static DescribedType filter(Rule rule) {
        if (rule.equals(SubscriptionRules.DEFAULT)) {
            return new UnknownDescribedType(TRUE, List.of());
        }
        if (rule.sql().isPresent()) {
            return new UnknownDescribedType(SQL, List.of(rule.sql().get(), LANGUAGE));
        }
        List<Object> fields = new ArrayList<>();
        FIELDS.forEach(field -> fields.add(rule.correlation().get(field)));
        Map<String, Object> properties = new LinkedHashMap<>();
        rule.correlation().forEach((name, value) -> {
            if (name.startsWith(SubscriptionRules.PROPERTY)) {
                properties.put(name.substring(SubscriptionRules.PROPERTY.length()), value);
            }
        });
        fields.add(properties);
        return new UnknownDescribedType(CORRELATION, fields);
    }
}
