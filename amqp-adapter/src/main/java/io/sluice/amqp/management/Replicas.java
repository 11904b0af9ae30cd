package io.sluice.amqp.management;

import io.sluice.amqp.management.ClusterNodes.Replica;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Entity type {@code replica}: what each node of a cluster is to each shard. Only looked at; a broker on its own has none. */
final class Replicas implements Listing {
    static final String TYPE = "replica";

    private static final Map<String, Function<Replica, Object>> ATTRIBUTES = attributesByName();

    private final Optional<ClusterNodes> cluster;

    Replicas(Optional<ClusterNodes> cluster) {
        this.cluster = cluster;
    }

    EntityType type() {
        return EntityType.of(TYPE, attributes());
    }

    private static Map<String, Function<Replica, Object>> attributesByName() {
        Map<String, Function<Replica, Object>> all = new LinkedHashMap<>();
        all.put("name", Replicas::name);
        all.put("identity", Replicas::name);
        all.put("type", replica -> TYPE);
        all.put("virtualHost", replica -> replica.virtualHost().orElse(null));
        all.put("shard", Replica::shard);
        all.put("node", Replica::node);
        all.put("role", Replica::role);
        all.put("term", Replica::term);
        all.put("lagRecords", replica -> replica.lagRecords().orElse(null));
        all.put("lagBytes", replica -> replica.lagBytes().orElse(null));
        return all;
    }

    private static String name(Replica replica) {
        String shard = replica.virtualHost().map(host -> "vhost:" + host).orElse(Integer.toString(replica.shard()));
        return shard + "/" + replica.node();
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        List<Replica> all = cluster.map(ClusterNodes::replicas).orElse(List.of());
        then.accept(new Rows(page.of(all).stream().map(Replicas::describe).toList(), all.size()));
    }

    private static Map<String, Object> describe(Replica replica) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(replica)));
        return values;
    }
}
