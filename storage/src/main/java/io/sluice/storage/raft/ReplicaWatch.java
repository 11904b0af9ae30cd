package io.sluice.storage.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after a replica on a thread of its own: renews the primary's lease, has it give its role up where no majority answers, watches the
 * room on the disk, and deletes what broken-off transfers of snapshots left.
 *
 * <p>The lease (Ongaro, "Consensus: Bridging Theory and Practice", section 6.4.1): backups ask for an election at the earliest when they have
 * heard nothing for {@code electionMinMillis}. A primary that a majority answered what it sent more recently than that is the only one there
 * is. Where it is not sure of it (it was cut off, or its process stood still), it must neither accept nor dispatch.
 */
final class ReplicaWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaWatch.class);

    private static final long ROOM_MILLIS = 1_000;
    private static final long UNFINISHED_MILLIS = 60_000;
    private static final long HAND_OVER_STEP_MILLIS = 20;

    private final Replica replica;
    private final RaftSettings settings;
    private final StoreSnapshots snapshots;
    private final Runnable roomChanged;
    private final ScheduledExecutorService thread;
    private final LostMajority lostMajority;
    private volatile long leaseUntilNanos = System.nanoTime();
    private volatile boolean givingAway;
    private volatile String diskLow = "";

    ReplicaWatch(Replica replica, RaftSettings settings, StoreSnapshots snapshots, Runnable roomChanged) {
        this.replica = replica;
        this.settings = settings;
        this.snapshots = snapshots;
        this.roomChanged = roomChanged;
        this.lostMajority = new LostMajority(settings.timing());
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, "raft-watch");
            created.setDaemon(true);
            return created;
        });
    }

    void start() {
        int leaseStepMillis = Math.max(5, settings.timing().electionMinMillis() / 10);
        thread.scheduleAtFixedRate(this::renewLease, 0, leaseStepMillis, TimeUnit.MILLISECONDS);
        thread.scheduleAtFixedRate(this::look, 0, ROOM_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** This node became the primary: a majority voted for it a moment ago. */
    void primary() {
        renewLease();
    }

    boolean holdsLease() {
        return !givingAway && System.nanoTime() - leaseUntilNanos < 0;
    }

    /** While the role is handed to another node, that one may be elected at any time, whoever was there a moment ago. */
    void givingAway(boolean now) {
        givingAway = now;
    }

    /**
     * Runs a task when the role has been handed over, or was to be; where another node asked for that, nobody tells of its end: then after the
     * time that is given for it. A life that ends before needs the task no more.
     */
    void whenHandedOver(Runnable task) {
        wait(task, givingAway ? HAND_OVER_STEP_MILLIS : ReplicaAdministration.TRANSFER_MILLIS);
    }

    private void wait(Runnable task, long millis) {
        try {
            thread.schedule(
                    () -> {
                        if (givingAway) {
                            wait(task, HAND_OVER_STEP_MILLIS);
                        } else {
                            task.run();
                        }
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("this life has ended meanwhile", closed);
        }
    }

    /** Why the disk is too full, "" where it is not. */
    String diskLow() {
        return diskLow;
    }

    private void renewLease() {
        try {
            // Before the question: an answer must not be taken for newer than it is.
            long now = System.nanoTime();
            long ageMillis = replica.majorityAgeMillis();
            long leaseMillis = settings.timing().electionMinMillis() * 9L / 10 - ageMillis;
            if (leaseMillis > 0) {
                leaseUntilNanos = now + TimeUnit.MILLISECONDS.toNanos(leaseMillis);
            }
            long heardAgeMillis = replica.majorityHeardAgeMillis();
            if (lostMajority.isSeen(now, heardAgeMillis, replica.roleAgeMillis())) {
                LOG.info("No majority of the nodes has answered for {} ms", heardAgeMillis);
                replica.stepDown();
            }
        } catch (RuntimeException e) {
            LOG.debug("the lease is not renewed", e);
        }
    }

    private void look() {
        try {
            long usable = Files.getFileStore(settings.folder()).getUsableSpace();
            long least = settings.limits().minFreeDiskBytes();
            diskLow = usable < least
                    ? "the disk of " + settings.folder() + " has " + usable + " bytes left, less than " + least
                    : "";
            snapshots.deleteUnfinished(Optional.of(System.currentTimeMillis() - UNFINISHED_MILLIS));
            roomChanged.run();
        } catch (IOException | RuntimeException e) {
            LOG.warn("The folder {} cannot be looked at: {}", settings.folder(), Causes.sentence(e));
        }
    }

    void close() {
        thread.shutdownNow();
    }
}
