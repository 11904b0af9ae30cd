package io.sluice.simulation;

/** What may be broken on purpose, so that it is known that somebody notices. */
enum Mutation {
    NONE,
    /** An entry counts as committed when one member has it. */
    COMMITS_WITHOUT_MAJORITY,
    /** A backup gets two entries in the wrong order. */
    APPLIES_OUT_OF_ORDER,
    /** A backup gets an entry without its last record. */
    APPLIES_HALF_A_BATCH,
    /** A primary serves as long as nobody told it that there is another. */
    SERVES_WITHOUT_LEASE,
    /** What a crash leaves of the log is shorter than what was forced. */
    FORGETS_WHAT_WAS_FORCED,
    /** A recovered member takes its checkpoint for newer than it is. */
    SKIPS_ENTRIES_BEHIND_THE_CHECKPOINT,
    /** A backup applies what it has, whether it is committed or not. */
    APPLIES_WHAT_IS_NOT_COMMITTED
}
