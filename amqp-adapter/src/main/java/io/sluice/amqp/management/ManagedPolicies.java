package io.sluice.amqp.management;

import io.sluice.broker.NamePattern;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.shard.DefinitionChange.Refused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Entity type {@code policy}: what queues are created as. CREATE takes the place of one of that name; what it does not say is as in the
 * default of a queue. It changes no queue that is there.
 */
final class ManagedPolicies implements Listing {
    static final String TYPE = "policy";

    private static final String ORDER = "order";
    private static final String PATTERN = "pattern";
    private static final String APPLIES_TO = "appliesTo";
    private static final String AUTO_CREATE = "autoCreate";
    private static final List<String> OWN = List.of(ORDER, PATTERN, APPLIES_TO, AUTO_CREATE);
    private static final int DEFAULT_ORDER = 100;

    private final Queues queues;
    private final QueueDefinition plain;

    /** @param plain a queue for which nothing is said */
    ManagedPolicies(Queues queues, QueueDefinition plain) {
        this.queues = queues;
        this.plain = plain;
    }

    EntityType type() {
        List<String> arguments = new ArrayList<>(OWN);
        arguments.addAll(QueueArguments.NAMES);
        arguments.addAll(QueueArguments.OF_TOPICS);
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("CREATE", arguments, this::create),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("DELETE", List.of(), this::delete));
    }

    @Override
    public List<String> attributes() {
        List<String> all = new ArrayList<>(List.of("name", "identity", "type"));
        all.addAll(OWN);
        all.addAll(QueueArguments.NAMES);
        all.addAll(QueueArguments.OF_TOPICS);
        return all;
    }

    private static Map<String, Object> describe(Policy policy) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", policy.name());
        values.put("identity", policy.name());
        values.put("type", TYPE);
        values.put(ORDER, policy.order());
        values.put(PATTERN, policy.pattern().text());
        values.put(APPLIES_TO, shown(policy.kind()));
        values.put(AUTO_CREATE, policy.autoCreate());
        Map<String, Object> queue = QueueAttributes.of(
                new QueueStatus(policy.queue(), 0, List.of(), 0, 0, 0, 0, 0, 0, 0, 0, QueueStatus.Paused.NOT));
        QueueArguments.NAMES.forEach(name -> values.put(name, queue.get(name)));
        values.putAll(QueueArguments.shown(policy.queue().replay()));
        return values;
    }

    private static String shown(Policy.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Definitions now() {
        return queues.definitions().definitions();
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        List<Policy> all = now().policies();
        then.accept(
                new Rows(page.of(all).stream().map(ManagedPolicies::describe).toList(), all.size()));
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        Policy found = now().policy(name)
                .orElseThrow(() -> new ManagementException(Status.NOT_FOUND, "there is no policy '" + name + "'"));
        answer.give(Status.OK, "OK", describe(found));
    }

    private void create(ManagementRequest request, Answer answer) throws ManagementException {
        Policy policy = policy(request);
        queues.changedDefinitions()
                .define(
                        are -> {
                            boolean there = are.policy(policy.name()).isPresent();
                            if (!there && are.policies().size() >= Definitions.MAX_POLICIES) {
                                throw new Refused(
                                        Kind.RESOURCE_LIMIT_EXCEEDED,
                                        "there are " + Definitions.MAX_POLICIES
                                                + " policies, and there may be no more");
                            }
                            return new PolicyDefined(policy);
                        },
                        Queues.NO_BATCHES,
                        answer.then(now -> answer.give(Status.CREATED, "Created", describe(policy))));
    }

    private Policy policy(ManagementRequest request) throws ManagementException {
        Map<Object, Object> body = new LinkedHashMap<>(request.body());
        String pattern = request.textArgument(PATTERN)
                .orElseThrow(() -> ManagementException.badRequest("attribute 'pattern' is missing"));
        long order = request.numberArgument(ORDER, 0).orElse((long) DEFAULT_ORDER);
        String appliesTo = request.textArgument(APPLIES_TO).orElse("queues");
        boolean autoCreate = request.flagArgument(AUTO_CREATE).orElse(false);
        Policy.Kind kind = Stream.of(Policy.Kind.values())
                .filter(each -> shown(each).equals(appliesTo))
                .findFirst()
                .orElseThrow(() -> ManagementException.badRequest(
                        "attribute 'appliesTo' is queues or topics, not '" + appliesTo + "'"));
        if (order > Integer.MAX_VALUE) {
            throw ManagementException.badRequest("attribute 'order' is up to " + Integer.MAX_VALUE + ", not " + order);
        }
        if (pattern.startsWith("$")) {
            throw ManagementException.badRequest("names that begin with $ are the broker's own");
        }
        OWN.forEach(body::remove);
        QueueDefinition queue = kind == Policy.Kind.TOPICS
                ? QueueArguments.applyToTopics(plain, body)
                : QueueArguments.apply(plain, body);
        try {
            return new Policy(request.name(), (int) order, new NamePattern(pattern), kind, autoCreate, queue);
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        queues.changedDefinitions()
                .define(
                        are -> {
                            if (are.policy(name).isEmpty()) {
                                throw new Refused(Kind.NOT_FOUND, "there is no policy '" + name + "'");
                            }
                            return new PolicyDeleted(name);
                        },
                        Queues.NO_BATCHES,
                        answer.then(now -> answer.give(Status.NO_CONTENT, "No Content", Map.of())));
    }
}
