package io.sluice.clients.jms.checks;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;

/** Every feature of the table with Qpid JMS. */
public final class JmsChecks {
    private JmsChecks() {}

    /** @param client a column of the table: which line of Qpid JMS this is */
    public static ClientSuite suite(String client) {
        ClientSuite suite = new ClientSuite(client);
        ConnectionChecks.addTo(suite);
        MessageChecks.addTo(suite);
        OutcomeChecks.addTo(suite);
        ReceiverChecks.addTo(suite);
        NodeChecks.addTo(suite);
        SubscriptionChecks.addTo(suite);
        TransactionChecks.addTo(suite);
        ApiChecks.addTo(suite);
        return suite.cannot(Feature.SETTLE_SECOND, "cannot ask to settle second")
                .cannot(Feature.ABORTED, "cannot give up a message half-way")
                .cannot(Feature.MODIFIED_ANNOTATIONS, "its modified has no annotations")
                .cannot(Feature.FILTERS, "has selectors, but no other filters")
                .cannot(Feature.DETACH, "detaches durable subscriptions, and closes every other link")
                .cannot(Feature.LINK_STEALING, "chooses the names of its links itself");
    }
}
