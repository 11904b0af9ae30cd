package io.sluice.simulation;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Reply;
import java.util.ArrayList;
import java.util.List;

/** What goes wrong, or is done by an operator, now and then. */
final class Chaos {
    private static final int MOST_MEMBERS = 5;

    private final Cluster cluster;
    private final World world;
    private boolean over;

    Chaos(Cluster cluster) {
        this.cluster = cluster;
        this.world = cluster.world();
        world.after(world.between(1_000_000, 2_000_000), this::next);
        world.after(world.between(500_000, 1_000_000), this::checkpoints);
        world.after(world.between(500_000, 1_000_000), this::looks);
    }

    private void next() {
        if (!over) {
            something();
            world.after(world.between(50_000, 1_200_000), this::next);
        }
    }

    private void checkpoints() {
        if (!over) {
            checkpoint();
            world.after(world.between(10_000, 400_000), this::checkpoints);
        }
    }

    private void looks() {
        if (!over) {
            cluster.look();
            world.after(world.between(50_000, 500_000), this::looks);
        }
    }

    /** The primary more often than others: that is where it hurts. */
    private Member some() {
        List<Member> all = new ArrayList<>(cluster.members());
        all.removeIf(Member::isRemoved);
        Member any = all.get(world.random.nextInt(all.size()));
        if (world.chance(60)) {
            return any;
        }
        return cluster.primary()
                .flatMap(life ->
                        all.stream().filter(member -> member.id() == life.id()).findFirst())
                .orElse(any);
    }

    private void something() {
        Member member = some();
        int dice = world.random.nextInt(24);
        if (dice < 5) {
            member.crash();
            world.after(world.between(50_000, 1_500_000), member::start);
        } else if (dice < 8) {
            member.pause();
            world.after(world.between(10_000, 2_500_000), member::resume);
        } else if (dice < 15) {
            if (dice < 12) {
                isolate(member);
            } else {
                cutOneWay(member);
            }
            world.after(world.between(100_000, 2_500_000), cluster::healNetwork);
        } else if (dice < 17) {
            member.disk().slow(true);
            world.after(world.between(100_000, 1_000_000), () -> member.disk().slow(false));
        } else if (dice < 20) {
            cluster.primary()
                    .ifPresent(
                            primary -> primary.after(0, () -> primary.replica().handOver(member.id())));
        } else if (dice < 23) {
            changeMembers(member);
        } else {
            // All at once, as when the mains fail.
            List.copyOf(cluster.members()).forEach(Member::crash);
            cluster.members().forEach(each -> world.after(world.between(50_000, 500_000), each::start));
        }
    }

    private void isolate(Member member) {
        for (Member other : cluster.members()) {
            cluster.cut(member.id(), other.id());
            cluster.cut(other.id(), member.id());
        }
    }

    private void cutOneWay(Member member) {
        boolean deaf = world.random.nextBoolean();
        for (Member other : cluster.members()) {
            if (world.chance(70)) {
                cluster.cut(deaf ? other.id() : member.id(), deaf ? member.id() : other.id());
            }
        }
    }

    private void changeMembers(Member member) {
        int now = cluster.current().size();
        if (now > 0 && now < MOST_MEMBERS && world.random.nextBoolean()) {
            cluster.add();
        } else if (now > 2) {
            cluster.remove(member.id());
        }
    }

    private void checkpoint() {
        List<Life> alive = cluster.alive();
        if (alive.isEmpty()) {
            return;
        }
        Life life = alive.get(world.random.nextInt(alive.size()));
        if (world.chance(30)) {
            boolean urgent = world.random.nextBoolean();
            life.after(0, () -> life.journal().wantCheckpoint(urgent));
            return;
        }
        life.after(
                0,
                () -> life.mailbox().checkpoint(new Reply<>() {
                    @Override
                    public void done(JournalPosition position) {
                        cluster.history().counts().checkpoints++;
                    }

                    @Override
                    public void refused(Refusal refusal) {}
                }));
    }

    /** Everything works again, and nothing goes wrong any more. */
    void end() {
        over = true;
        cluster.healNetwork();
        for (Member member : List.copyOf(cluster.members())) {
            member.disk().slow(false);
            member.resume();
            member.start();
        }
    }
}
