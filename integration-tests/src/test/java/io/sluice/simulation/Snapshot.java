package io.sluice.simulation;

import io.sluice.broker.port.JournalPosition;
import java.util.SortedSet;

/**
 * A copy of a checkpoint for a member whose log does not reach back far enough.
 *
 * @param store the file
 * @param members who keeps the log as of the checkpoint
 */
record Snapshot(JournalPosition position, byte[] store, SortedSet<Integer> members) {}
