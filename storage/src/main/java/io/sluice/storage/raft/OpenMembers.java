package io.sluice.storage.raft;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.statemachine.StateMachine;

/** The members that a server of Ratis has, or is about to have: each has a life here. Any thread. */
final class OpenMembers implements StateMachine.Registry {
    private final Map<RaftGroupId, Member> members = new ConcurrentHashMap<>();

    /** What one life has of it. */
    static final class Member {
        private final ShardStateMachine machine;
        private boolean takes;
        private int requests;

        private Member(ShardStateMachine machine) {
            this.machine = machine;
        }

        /** Ratis has it as it is to be: it takes entries and snapshots. */
        synchronized void started() {
            takes = true;
        }

        private synchronized void ends() {
            takes = false;
        }

        /** @return whether the request is taken; then {@link #done} is to follow */
        synchronized boolean take() {
            if (takes) {
                requests++;
            }
            return takes;
        }

        synchronized void done() {
            requests--;
            notifyAll();
        }

        /** Waits until everything that was taken is done. @return whether it is, after that time */
        synchronized boolean awaitDone(long limitMillis) {
            long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
            try {
                for (long left = endNanos - System.nanoTime();
                        requests > 0 && left > 0;
                        left = endNanos - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return requests == 0;
        }

        /** Its log does not fit what its primary sends. */
        void misfit(Throwable cause) {
            machine.misfit(cause);
        }

        /** A part of a snapshot was not taken. */
        void snapshotFailed(IOException cause) {
            machine.snapshotFailed(cause);
        }
    }

    Member begins(RaftGroupId group, ShardStateMachine machine) {
        Member begun = new Member(machine);
        members.put(group, begun);
        return begun;
    }

    void ends(RaftGroupId group, Member member) {
        member.ends();
        members.remove(group, member);
    }

    Optional<Member> of(RaftGroupId group) {
        return Optional.ofNullable(members.get(group));
    }

    /** Somebody may ask for a group that has no life here at the moment: he asks again, or is told so. */
    @Override
    public StateMachine apply(RaftGroupId group) {
        return of(group)
                .map(member -> member.machine)
                .orElseThrow(() -> new IllegalStateException("this node has nothing open for group " + group));
    }
}
