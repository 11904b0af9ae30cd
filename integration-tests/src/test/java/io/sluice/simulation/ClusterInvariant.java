package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import java.util.List;
import java.util.Map;

/** Something that must hold, whatever happens. It is told of what happens when it does, and complains at once. */
interface ClusterInvariant {
    /** Who hears what is broken. */
    interface Complaints {
        void broken(String what);
    }

    /** An entry is committed, for the first time anywhere. */
    default void committed(long index, List<List<JournalRecord>> batches, Complaints complaints) {}

    default void becamePrimary(long term, int member, Complaints complaints) {}

    /** A producer was told. */
    default void accepted(String queue, String id, Complaints complaints) {}

    /** A consumer was given a message. @param serving members that say at this moment that they may serve */
    default void delivered(int member, Content.Held message, List<Integer> serving, Complaints complaints) {}

    /** A consumer says that it is done with it. */
    default void saidAccepted(String id, Complaints complaints) {}

    /** A consumer was told that it is done with. */
    default void confirmed(String queue, long sequence, Complaints complaints) {}

    /** A member was looked at when it had applied so much. */
    default void looked(int member, long index, Content content, Complaints complaints) {}

    /** All is healed and at rest. */
    default void ended(Map<Integer, Content> members, Complaints complaints) {}
}
