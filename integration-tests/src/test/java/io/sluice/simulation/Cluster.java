package io.sluice.simulation;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.shard.ShardLimits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Members, and the network between them. */
final class Cluster {
    private static final int FOUNDERS = 3;

    private final World world;
    private final Mutation mutation;
    private final ShardLimits limits;
    private final List<QueueDefinition> queues = List.of(
            QueueDefinition.named(History.FIFO).withService(QueueDefinition.Service.FIFO),
            QueueDefinition.named(History.PRIORITIES)
                    .withDeadLetter(new QueueDefinition.DeadLetter(Optional.of("dead"), Optional.empty(), 4)),
            QueueDefinition.named(History.ONCE)
                    .withService(QueueDefinition.Service.FIFO)
                    .withDeduplication(QueueDefinition.Deduplication.BY_MESSAGE_ID),
            QueueDefinition.named("dead"),
            QueueDefinition.named(History.ROUTED.get(0)),
            QueueDefinition.named(History.ROUTED.get(1)).withService(QueueDefinition.Service.FIFO),
            QueueDefinition.named(History.COPIES)
                    .withLimits(new QueueDefinition.Limits(
                            10,
                            QueueDefinition.UNLIMITED,
                            QueueDefinition.Overflow.DROP_HEAD,
                            QueueDefinition.UNLIMITED)));
    private final TreeMap<Integer, Member> members = new TreeMap<>();
    private final Set<Way> cut = new HashSet<>();
    private final History history = new History(this);
    private long lives;

    /** A direction between two members. */
    private record Way(int from, int to) {}

    Cluster(World world, Mutation mutation) {
        this.world = world;
        this.mutation = mutation;
        // In some runs nearly all is out of memory, in others nothing.
        long residentBytes = world.chance(50) ? world.between(1, 8_000) : 1 << 20;
        ShardLimits.Paging paging = new ShardLimits.Paging(
                residentBytes, world.between(500, 4_000), world.between(1, 40), world.between(1, 100));
        this.limits = new ShardLimits(4 << 20, 1 << 20, 300, 1 << 10, paging);
        SortedSet<Integer> founders = new TreeSet<>();
        for (int id = 0; id < FOUNDERS; id++) {
            founders.add(id);
        }
        founders.forEach(id -> members.put(id, new Member(this, id, founders)));
        members.values().forEach(Member::start);
    }

    World world() {
        return world;
    }

    Mutation mutation() {
        return mutation;
    }

    ShardLimits limits() {
        return limits;
    }

    List<QueueDefinition> queues() {
        return queues;
    }

    History history() {
        return history;
    }

    long nextNumber() {
        return ++lives;
    }

    Collection<Member> members() {
        return members.values();
    }

    List<Life> alive() {
        return members.values().stream()
                .flatMap(member -> member.life().stream())
                .toList();
    }

    /** The newest that is the primary as far as it knows. */
    Optional<Life> primary() {
        return alive().stream()
                .filter(life -> life.replica().isPrimary())
                .max(Comparator.comparingLong(
                        life -> members.get(life.id()).log().term()));
    }

    /** Anybody of those who take clients: one may be a primary that is cut off. */
    Optional<Life> serving() {
        List<Life> serving = alive().stream().filter(Life::serves).toList();
        return serving.isEmpty() ? Optional.empty() : Optional.of(serving.get(world.random.nextInt(serving.size())));
    }

    List<Integer> mayServe() {
        return alive().stream().filter(Life::mayServe).map(Life::id).toList();
    }

    // ---- the network

    void send(Life from, int to, Consumer<Replica> message) {
        Way way = new Way(from.id(), to);
        if (cut.contains(way) || world.chance(1)) {
            return;
        }
        long micros = world.chance(3) ? world.between(2_000, 150_000) : world.between(100, 2_000);
        world.after(
                micros,
                () -> Optional.ofNullable(members.get(to))
                        .flatMap(Member::life)
                        .filter(life -> !cut.contains(way))
                        .ifPresent(life -> life.after(0, () -> life.received(message))));
    }

    void cut(int from, int to) {
        cut.add(new Way(from, to));
    }

    void healNetwork() {
        cut.clear();
    }

    // ---- members

    /** An empty one comes in. */
    void add() {
        primary().filter(life -> life.replica().mayChangeMembers()).ifPresent(primary -> {
            int id = members.lastKey() + 1;
            Member added = new Member(this, id, new TreeSet<>());
            members.put(id, added);
            added.start();
            SortedSet<Integer> all =
                    new TreeSet<>(members.get(primary.id()).log().members());
            all.add(id);
            primary.replica().append(List.of(), all);
        });
    }

    void remove(int id) {
        primary()
                .filter(life -> life.id() != id && life.replica().mayChangeMembers())
                .ifPresent(primary -> {
                    SortedSet<Integer> left =
                            new TreeSet<>(members.get(primary.id()).log().members());
                    if (left.remove(id)) {
                        long index = primary.replica().append(List.of(), left);
                        tellRemoved(primary, id, index);
                    }
                });
    }

    private void tellRemoved(Life primary, int id, long index) {
        primary.after(20_000, () -> {
            if (primary.replica().isPrimary()) {
                if (primary.replica().committed() >= index) {
                    members.get(id).remove();
                } else {
                    tellRemoved(primary, id, index);
                }
            }
        });
    }

    /** Those who keep the log, as the primary has it. */
    List<Member> current() {
        List<Member> current = new ArrayList<>();
        primary()
                .ifPresent(primary ->
                        members.get(primary.id()).log().members().forEach(id -> current.add(members.get(id))));
        return current;
    }

    /** Looks at every member; those that can be looked at in one turn are held against the history. */
    void look() {
        for (Life life : alive()) {
            long index = life.journal().told();
            Look.at(life, history.queues(), false, content -> history.looked(life, index, content));
        }
    }

    /** Looks at every member while all is at rest; what is seen comes into the map. */
    void lookAtRest(Map<Integer, Content> into) {
        for (Life life : alive()) {
            Look.at(life, history.queues(), true, content -> into.put(life.id(), content));
        }
    }
}
