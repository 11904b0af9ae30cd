package io.sluice.storage.raft;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.statemachine.StateMachine;

/** The members that a server of Ratis has, or is about to have: each has a life here. Any thread. */
final class OpenMembers implements StateMachine.Registry {
    private final Map<RaftGroupId, ShardStateMachine> machines = new ConcurrentHashMap<>();
    private final Set<RaftGroupId> started = ConcurrentHashMap.newKeySet();

    void begins(RaftGroupId group, ShardStateMachine machine) {
        machines.put(group, machine);
    }

    /** Ratis has it as it is to be. */
    void started(RaftGroupId group) {
        started.add(group);
    }

    void ends(RaftGroupId group, ShardStateMachine machine) {
        started.remove(group);
        machines.remove(group, machine);
    }

    boolean isStarted(RaftGroupId group) {
        return started.contains(group);
    }

    /** The log of the member does not fit what its primary sends. */
    void misfit(RaftGroupId group, Throwable cause) {
        ShardStateMachine machine = machines.get(group);
        if (machine != null) {
            machine.misfit(cause);
        }
    }

    /** Somebody may ask for a group that has no life here at the moment: he asks again, or is told so. */
    @Override
    public StateMachine apply(RaftGroupId group) {
        StateMachine machine = machines.get(group);
        if (machine == null) {
            throw new IllegalStateException("this node has nothing open for group " + group);
        }
        return machine;
    }
}
