package io.sluice.amqp.management;

import io.sluice.broker.Divert;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.DivertDeleted;
import io.sluice.broker.shard.DefinitionChange.Refused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Entity type {@code divert}: by which messages go elsewhere. CREATE takes the place of one of that name; one that would close a loop is
 * refused. EXPLAIN: {@link ExplainRoute}. Those of the configuration file are listed, too, and count before one of the same name.
 */
final class ManagedDiverts implements Listing {
    static final String TYPE = "divert";

    private static final String OF = "of";
    private static final String PATTERN = "pattern";
    private static final String TO = "to";
    private static final String TO_A = "toA";
    private static final String EXCLUSIVE = "exclusive";
    private static final String ADDRESS = "address";

    private static final List<String> ARGUMENTS =
            List.of(OF, PATTERN, RequestedFilter.SELECTOR, RequestedFilter.SQL, TO, TO_A, EXCLUSIVE);
    /** Allowed and without meaning: they say again what the request's properties say. */
    private static final List<String> REPEATED = List.of("name", "type");

    private final Queues queues;
    private final Map<String, Divert> configured = new TreeMap<>();

    /** @param configured those of the file */
    ManagedDiverts(Queues queues, List<Divert> configured) {
        this.queues = queues;
        configured.forEach(divert -> this.configured.put(divert.name(), divert));
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("CREATE", ARGUMENTS, this::create),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("DELETE", List.of(), this::delete),
                new SimpleOperation("EXPLAIN", List.of(ADDRESS, ExplainRoute.HEADERS), this::explain));
    }

    @Override
    public List<String> attributes() {
        return List.of("name", "identity", "type", "origin", OF, PATTERN, "filter", TO, TO_A, EXCLUSIVE);
    }

    private Map<String, Object> describe(Divert divert) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", divert.name());
        values.put("identity", divert.name());
        values.put("type", TYPE);
        values.put("origin", divert.equals(configured.get(divert.name())) ? "configuration" : "defined");
        values.put(OF, shown(divert.kind()));
        values.put(PATTERN, divert.pattern().text());
        values.put("filter", divert.selection().text());
        values.put(TO, divert.to());
        values.put(TO_A, shown(divert.toKind()));
        values.put(EXCLUSIVE, divert.exclusive());
        return values;
    }

    private static String shown(NodeKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Map<String, Divert> all() {
        Map<String, Divert> all = new TreeMap<>();
        queues.definitions().definitions().diverts().forEach(divert -> all.put(divert.name(), divert));
        all.putAll(configured);
        return all;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        List<Divert> all = List.copyOf(all().values());
        then.accept(new Rows(page.of(all).stream().map(this::describe).toList(), all.size()));
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        Divert found = all().get(request.name());
        if (found == null) {
            throw new ManagementException(Status.NOT_FOUND, noDivert(request.name()));
        }
        answer.give(Status.OK, "OK", describe(found));
    }

    /** Of a message to one of its addresses; of its pattern's where that is one address. */
    private void explain(ManagementRequest request, Answer answer) throws ManagementException {
        Divert divert = all().get(request.name());
        if (divert == null) {
            throw new ManagementException(Status.NOT_FOUND, noDivert(request.name()));
        }
        String address = request.textArgument(ADDRESS).orElse(divert.pattern().text());
        if (!divert.isFrom(divert.kind(), address) || address.contains("*")) {
            throw ManagementException.badRequest("attribute 'address' is a " + shown(divert.kind()) + " that pattern "
                    + divert.pattern() + " matches, not '" + address + "'");
        }
        new ExplainRoute(queues).run(divert.kind(), address, request, answer);
    }

    private static String noDivert(String name) {
        return "there is no divert '" + name + "'";
    }

    private void create(ManagementRequest request, Answer answer) throws ManagementException {
        refuseConfigured(request.name());
        Divert divert = divert(request);
        queues.changedDefinitions()
                .define(
                        are -> {
                            boolean there = are.divert(divert.name()).isPresent();
                            if (!there && are.diverts().size() >= Definitions.MAX_DIVERTS) {
                                throw new Refused(
                                        Kind.RESOURCE_LIMIT_EXCEEDED,
                                        "there are " + Definitions.MAX_DIVERTS + " diverts, and there may be no more");
                            }
                            return new DivertDefined(divert);
                        },
                        Queues.NO_BATCHES,
                        answer.then(now -> answer.give(Status.CREATED, "Created", describe(divert))));
    }

    private static Divert divert(ManagementRequest request) throws ManagementException {
        for (Object key : request.body().keySet()) {
            if (!ARGUMENTS.contains(key) && !REPEATED.contains(key)) {
                throw ManagementException.badRequest("there is no attribute '" + key + "' to create a divert with");
            }
        }
        String pattern = request.neededText(PATTERN);
        String to = request.neededText(TO);
        NodeKind kind = kind(request, OF);
        NodeKind toKind = kind(request, TO_A);
        boolean exclusive = request.flagArgument(EXCLUSIVE).orElse(false);
        if (pattern.startsWith("$")) {
            throw ManagementException.badRequest("names that begin with $ are the broker's own");
        }
        try {
            return new Divert(
                    request.name(), kind, new NamePattern(pattern), RequestedFilter.of(request), toKind, to, exclusive);
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private static NodeKind kind(ManagementRequest request, String name) throws ManagementException {
        String kind = request.textArgument(name).orElse("queue");
        return switch (kind) {
            case "queue" -> NodeKind.QUEUE;
            case "topic" -> NodeKind.TOPIC;
            default ->
                throw ManagementException.badRequest("attribute '" + name + "' is queue or topic, not '" + kind + "'");
        };
    }

    /** One that was defined, and stands in the configuration now, may be deleted: the other stays. */
    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        if (queues.definitions().definitions().divert(name).isEmpty()) {
            refuseConfigured(name);
        }
        queues.changedDefinitions()
                .define(
                        are -> {
                            if (are.divert(name).isEmpty()) {
                                throw new Refused(Kind.NOT_FOUND, noDivert(name));
                            }
                            return new DivertDeleted(name);
                        },
                        Queues.NO_BATCHES,
                        answer.then(now -> answer.give(Status.NO_CONTENT, "No Content", Map.of())));
    }

    private void refuseConfigured(String name) throws ManagementException {
        if (configured.containsKey(name)) {
            throw new ManagementException(
                    Status.FORBIDDEN, "divert '" + name + "' stands in the configuration file, and is changed there");
        }
    }
}
