package io.sluice.broker.shard;

import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Consumer;
import java.util.Set;

/**
 * A session of a queue, and who asks something of it that only who has it may.
 *
 * @param asking consumers of who asks: one of them has to have the session
 * @param client called with the answer
 */
public record OwnSession(String queue, String id, Set<Consumer> asking, Client client) {}
