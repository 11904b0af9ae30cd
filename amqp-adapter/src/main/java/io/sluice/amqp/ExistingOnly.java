package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import java.util.Optional;

/** A connection on a link whose address brings no queue into being, whatever may be created otherwise. */
record ExistingOnly(ShardCalls calls) implements Client {
    /** Whose a temporary queue is goes by the connection; and none comes to be by being named. */
    static Client of(ShardCalls calls, String queue) {
        return TemporaryName.is(queue) ? calls : new ExistingOnly(calls);
    }

    @Override
    public void turnEnded() {
        calls.turnEnded();
    }

    @Override
    public Optional<Refusal> refusalToCreate(String queue) {
        return Optional.of(Refusal.of(
                Refusal.Kind.NOT_FOUND, "there is no queue '" + queue + "', and an address /queues/... creates none"));
    }
}
