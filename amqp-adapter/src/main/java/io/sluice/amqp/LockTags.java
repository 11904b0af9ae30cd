package io.sluice.amqp;

import io.sluice.amqp.servicebus.LockTokens;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardMailbox;

/** Tags that are lock tokens, for a peer that knows its deliveries by them: none is used again. */
final class LockTags extends DeliveryTags {
    private final ConnectionScope scope;

    LockTags(ConnectionScope scope) {
        this.scope = scope;
    }

    @Override
    byte[] take(ShardMailbox shard, Delivery message) {
        return LockTokens.tag(scope.lockTokens().give(scope.identity().connection(), shard, message, this));
    }

    @Override
    void give(byte[] tag) {
        scope.lockTokens().forget(LockTokens.token(tag));
    }

    @Override
    void end() {
        scope.lockTokens().forgetAll(this);
    }
}
