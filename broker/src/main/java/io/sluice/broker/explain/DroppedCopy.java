package io.sluice.broker.explain;

import io.sluice.broker.port.LinkDescription;

/**
 * A message that was accepted and not stored, because it is a copy of one that came before.
 *
 * @param id by which both are known
 * @param firstSequence of the one that came before, 0 where that is not known any more: what a restart knows of it has no number
 * @param atMillis epoch milliseconds at which the copy came
 * @param by who sent it
 */
public record DroppedCopy(String id, long firstSequence, long atMillis, LinkDescription by) {}
