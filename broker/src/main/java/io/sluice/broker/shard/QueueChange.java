package io.sluice.broker.shard;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.Pause;
import java.util.function.UnaryOperator;

/**
 * What an administrator changes of a queue that is there.
 *
 * @param definition gives the new definition for the one it has by then; called once, on the shard's thread, so it must be quick.
 *     Throws {@link IllegalArgumentException} where what is asked for is wrong in itself
 * @param pause what is held up
 */
public record QueueChange(UnaryOperator<QueueDefinition> definition, Pause pause) {}
