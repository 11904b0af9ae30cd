package io.sluice.simulation;

import io.sluice.broker.NodeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One seed's worth of a cluster, its clients and what goes wrong with it; then all is healed, and what is left is compared. */
final class ClusterSimulation {
    private static final long TROUBLE_MICROS = 8_000_000;
    private static final long REST_MICROS = 60_000_000;
    private static final long STEP_MICROS = 100_000;
    private static final int MOST_LOOKS = 100;

    private final World world;
    private final Cluster cluster;
    private final Chaos chaos;
    private final List<SimulatedClient> clients = new ArrayList<>();

    ClusterSimulation(long seed, Mutation mutation) {
        world = new World(seed);
        cluster = new Cluster(world, mutation);
        chaos = new Chaos(cluster);
        int number = 0;
        for (String queue : List.of(History.FIFO, History.PRIORITIES, History.ONCE, History.ONCE)) {
            clients.add(new SimulatedProducer(cluster, "producer" + number++, NodeKind.QUEUE, queue));
        }
        clients.add(new SimulatedProducer(cluster, "router", NodeKind.EXCHANGE, History.EXCHANGE));
        clients.add(new SimulatedProducer(cluster, "publisher", NodeKind.TOPIC, History.TOPIC));
        clients.add(new SimulatedSubscriber(cluster, "subscriber"));
        clients.add(new SimulatedAdministrator(cluster, "administrator"));
        for (String queue : History.ROUTED) {
            clients.add(new SimulatedConsumer(cluster, "consumer of " + queue, queue, 3));
        }
        for (String queue : List.of(History.FIFO, History.FIFO, History.PRIORITIES, History.ONCE, "dead")) {
            clients.add(new SimulatedConsumer(cluster, "consumer" + number++, queue, 3));
        }
        clients.add(new SimulatedTransfer(cluster, "transfer", History.ONCE));
    }

    /** @return what happened; complaints are in it */
    History run() {
        runFor(TROUBLE_MICROS);
        chaos.end();
        clients.forEach(SimulatedClient::end);
        waitFor(this::isAtRest, () -> "does not come to rest: " + unrest());
        if (!cluster.history().isBroken()) {
            compare();
        }
        return cluster.history();
    }

    private void runFor(long micros) {
        world.runUntil(world.nowMicros() + micros, cluster.history()::isBroken);
    }

    private boolean isAtRest() {
        return unrest().isEmpty();
    }

    private String unrest() {
        if (cluster.primary().filter(Life::serves).isEmpty()) {
            return "nobody serves";
        }
        Life primary = cluster.primary().orElseThrow();
        List<Member> current = cluster.current();
        if (!primary.replica().mayChangeMembers()) {
            return "a change of members is under way";
        }
        // Whoever was removed and not told is switched off by hand.
        cluster.members().stream().filter(member -> !current.contains(member)).forEach(Member::remove);
        for (SimulatedClient client : clients) {
            if (!client.isDone()) {
                return client.name + " has something under way: " + client;
            }
        }
        for (Member member : current) {
            if (member.life().isEmpty()
                    || member.life().get().journal().told() != primary.journal().told()
                    || primary.journal().told() != member.log().last()) {
                return "member " + member.id() + " is behind";
            }
        }
        return "";
    }

    /** What all hold, and once more what they hold when there is nothing but their disks. */
    private void compare() {
        cluster.history().ended(look());
        cluster.members().forEach(Member::crash);
        cluster.members().forEach(Member::start);
        waitFor(this::isAtRest, () -> "does not come back: " + unrest());
        cluster.history().ended(look());
    }

    private Map<Integer, Content> look() {
        for (int i = 0; i < MOST_LOOKS && !cluster.history().isBroken(); i++) {
            long before = last();
            Map<Integer, Content> seen = new TreeMap<>();
            cluster.lookAtRest(seen);
            waitFor(
                    () -> seen.size() >= cluster.current().size(),
                    () -> "only these can be looked at: " + seen.keySet());
            // A queue that has too many drops those that were out of memory once somebody has read them.
            runFor(STEP_MICROS);
            waitFor(this::isAtRest, () -> "does not come to rest again: " + unrest());
            if (last() == before && !cluster.history().isBroken()) {
                cluster.alive().stream()
                        .filter(life -> seen.containsKey(life.id()))
                        .forEach(life -> cluster.history().looked(life, before, seen.get(life.id())));
                return seen;
            }
        }
        cluster.history().broken("there is always something that changes");
        return Map.of();
    }

    private long last() {
        return cluster.primary().map(primary -> primary.journal().told()).orElse(0L);
    }

    private void waitFor(BooleanSupplier state, Supplier<String> complaint) {
        long give = world.nowMicros() + REST_MICROS;
        while (!state.getAsBoolean()
                && world.nowMicros() < give
                && !cluster.history().isBroken()) {
            runFor(STEP_MICROS);
        }
        if (!cluster.history().isBroken() && !state.getAsBoolean()) {
            cluster.history().broken(complaint.get() + "; " + cluster.alive());
        }
    }

    /** A number that two runs of a seed have in common. */
    long fingerprint() {
        return world.scheduled() * 31 + world.nowMicros();
    }
}
