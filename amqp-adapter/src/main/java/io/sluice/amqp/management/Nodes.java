package io.sluice.amqp.management;

import io.sluice.amqp.management.ClusterNodes.Member;
import io.sluice.amqp.management.ClusterNodes.NewMember;
import io.sluice.broker.port.Reply;
import io.sluice.broker.shard.Placement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entity type {@code node}: the nodes of a cluster. CREATE takes one in that runs and waits for it, DELETE takes one out, TRANSFER makes it the
 * primary. A broker on its own has none.
 */
final class Nodes implements Listing {
    static final String TYPE = "node";

    private static final Map<String, Function<Member, Object>> ATTRIBUTES = attributesByName();

    private final Optional<ClusterNodes> cluster;

    Nodes(Optional<ClusterNodes> cluster) {
        this.cluster = cluster;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("CREATE", List.of("replication", "clients", "handThrough"), this::add),
                new SimpleOperation("DELETE", List.of(), this::remove),
                new SimpleOperation("TRANSFER", List.of("shard"), this::transfer));
    }

    private static Map<String, Function<Member, Object>> attributesByName() {
        Map<String, Function<Member, Object>> all = new LinkedHashMap<>();
        all.put("name", Member::name);
        all.put("identity", Member::name);
        all.put("type", member -> TYPE);
        all.put("role", Member::role);
        all.put("replication", Member::replication);
        all.put("clients", Member::clients);
        all.put("lagRecords", member -> member.lagRecords().orElse(null));
        all.put("lagBytes", member -> member.lagBytes().orElse(null));
        all.put("term", member -> null);
        return all;
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    private static Map<String, Object> describe(Member member, long term) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(member)));
        values.put("term", term);
        return values;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        if (cluster.isEmpty()) {
            then.accept(new Rows(List.of(), 0));
            return;
        }
        ClusterNodes.State state = cluster.get().state();
        List<Map<String, Object>> rows = page.of(state.members()).stream()
                .map(member -> describe(member, state.term()))
                .toList();
        then.accept(new Rows(rows, state.members().size()));
    }

    private ClusterNodes cluster() throws ManagementException {
        return cluster.orElseThrow(
                () -> new ManagementException(Status.CONFLICT, "this broker is on its own, not in a cluster"));
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        ClusterNodes.State state = cluster().state();
        Member found = state.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ManagementException(Status.NOT_FOUND, "there is no node '" + name + "'"));
        answer.give(Status.OK, "OK", describe(found, state.term()));
    }

    private void add(ManagementRequest request, Answer answer) throws ManagementException {
        NewMember member = new NewMember(
                request.name(),
                address(request, "replication"),
                address(request, "clients"),
                address(request, "handThrough"));
        cluster().add(member, done(answer, Status.CREATED, "Created"));
    }

    private static String address(ManagementRequest request, String argument) throws ManagementException {
        return request.textArgument(argument)
                .orElseThrow(() -> ManagementException.badRequest("argument '" + argument + "' is missing: host:port"));
    }

    private void remove(ManagementRequest request, Answer answer) throws ManagementException {
        cluster().remove(request.name(), done(answer, Status.NO_CONTENT, "No Content"));
    }

    private void transfer(ManagementRequest request, Answer answer) throws ManagementException {
        Optional<Long> shard = request.numberArgument("shard", 0);
        if (shard.isPresent() && shard.get() >= Placement.MAX_SHARDS) {
            throw ManagementException.badRequest("there is no shard " + shard.get());
        }
        OptionalInt asked =
                shard.map(number -> OptionalInt.of(number.intValue())).orElse(OptionalInt.empty());
        cluster().transfer(request.name(), asked, done(answer, Status.NO_CONTENT, "No Content"));
    }

    private static Reply<Void> done(Answer answer, int status, String description) {
        return answer.then(nothing -> answer.give(status, description, Map.of()));
    }
}
