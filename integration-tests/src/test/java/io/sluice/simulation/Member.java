package io.sluice.simulation;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.raft.ReplicaRestart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** A machine of the cluster: a disk, and the life that runs on it, if any. */
final class Member {
    private final Cluster cluster;
    private final int id;
    private final World world;
    private final MemberDisk disk;
    private final MemberLog log;
    private final List<Runnable> parked = new ArrayList<>();
    private Optional<Life> life = Optional.empty();
    private long committedOnce;
    private boolean paused;
    private boolean removed;

    Member(Cluster cluster, int id, SortedSet<Integer> founders) {
        this.cluster = cluster;
        this.id = id;
        this.world = cluster.world();
        this.disk = new MemberDisk(world);
        this.log = new MemberLog(founders);
    }

    int id() {
        return id;
    }

    MemberDisk disk() {
        return disk;
    }

    MemberLog log() {
        return log;
    }

    Optional<Life> life() {
        return life;
    }

    boolean isRemoved() {
        return removed;
    }

    /** What it ever knew to be committed, and has. */
    long committedOnce() {
        return committedOnce;
    }

    void committed(long index) {
        committedOnce = Math.max(committedOnce, index);
    }

    void start() {
        if (life.isPresent() || removed) {
            return;
        }
        disk.adopt();
        Life next = new Life(cluster, this, cluster.nextNumber());
        life = Optional.of(next);
        try {
            next.open();
        } catch (StorageException e) {
            cluster.history().broken("member " + id + " cannot be opened: " + e, e);
        }
    }

    /** Something is to be done in a life of this member. */
    void run(Life its, Runnable work) {
        if (its.isClosed()) {
            return;
        }
        if (paused) {
            parked.add(() -> run(its, work));
        } else {
            work.run();
        }
    }

    void crash() {
        if (life.isEmpty()) {
            return;
        }
        life.get().crashed();
        life = Optional.empty();
        disk.powerLost();
        log.powerLost(world.random, cluster.mutation() == Mutation.FORGETS_WHAT_WAS_FORCED);
        paused = false;
        parked.clear();
    }

    void pause() {
        paused = life.isPresent();
    }

    void resume() {
        paused = false;
        List<Runnable> left = List.copyOf(parked);
        parked.clear();
        left.forEach(Runnable::run);
    }

    /** A life is over, and not by a crash. */
    void ended(Life its, Throwable cause) {
        if (life.filter(now -> now == its).isEmpty()) {
            return;
        }
        life = Optional.empty();
        if (cause instanceof ReplicaRestart) {
            world.after(world.between(20_000, 200_000), this::start);
        }
    }

    /** It comes back no more. */
    void remove() {
        removed = true;
        life.ifPresent(Life::removed);
    }
}
