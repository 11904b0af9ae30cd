package io.sluice.clients.protonj2;

import io.sluice.clients.ClientFeatures;
import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;

/** Every feature of the table with protonj2-client. */
final class ProtonJ2Test extends ClientFeatures {
    @Override
    protected ClientSuite suite() {
        ClientSuite suite = new ClientSuite("protonj2");
        ConnectionChecks.addTo(suite);
        MessageChecks.addTo(suite);
        OutcomeChecks.addTo(suite);
        ReceiverChecks.addTo(suite);
        NodeChecks.addTo(suite);
        TransactionChecks.addTo(suite);
        return suite.cannot(Feature.SETTLE_SECOND, "cannot ask to settle second")
                .cannot(Feature.TEMPORARY_QUEUE, "has dynamic nodes to receive from, not to send to")
                .cannot(Feature.TEMPORARY_TOPIC, "has dynamic nodes to receive from, not to send to");
    }
}
