package io.sluice.server;

import io.sluice.amqp.AmqpLimits;
import io.sluice.amqp.AmqpLimits.Window;
import io.sluice.broker.transaction.TransactionLimits;
import io.sluice.server.config.Configuration;

/** The section {@code amqp} of the configuration, in the AMQP endpoint's terms. */
final class AmqpSettings {
    private AmqpSettings() {}

    static AmqpLimits of(Configuration.Amqp amqp) {
        // A window smaller than a message in memory would never let the largest one through.
        int resident = amqp.largeMessageBytes();
        AmqpLimits.Flow defaults = AmqpLimits.Flow.DEFAULT;
        Window incoming = new Window(
                amqp.linkCreditMessages(), Math.max(defaults.incoming().bytes(), resident));
        return new AmqpLimits(
                amqp.maxFrameSizeBytes(),
                amqp.maxMessageSizeBytes(),
                amqp.idleTimeoutMillis(),
                amqp.preOpenTimeoutMillis(),
                new AmqpLimits.Endpoints(
                        amqp.channelMax() + 1,
                        amqp.maxLinksPerConnection(),
                        amqp.maxLinksPerSession() - 1,
                        AmqpLimits.Endpoints.DEFAULT.maxLinkNameChars()),
                new AmqpLimits.Flow(
                        incoming,
                        defaults.outgoing(),
                        defaults.maxUnsettledPerLink(),
                        Math.max(defaults.maxUnansweredBytes(), 2L * resident),
                        Math.max(defaults.maxPartialBytes(), 2L * resident)),
                transactions(amqp),
                new AmqpLimits.DynamicNodes(
                        amqp.maxDynamicNodesPerConnection(), amqp.maxDynamicNodes(), amqp.maxTerminusTimeoutSeconds()));
    }

    private static TransactionLimits transactions(Configuration.Amqp amqp) {
        return new TransactionLimits(
                amqp.maxTransactionsPerConnection(),
                amqp.maxTransactionOperations(),
                amqp.maxTransactionBytes(),
                amqp.transactionTimeoutMillis());
    }
}
