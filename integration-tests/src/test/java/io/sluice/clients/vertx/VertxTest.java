package io.sluice.clients.vertx;

import io.sluice.clients.ClientFeatures;
import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;

/** Every feature of the table with vertx-client. */
final class VertxTest extends ClientFeatures {
    @Override
    protected ClientSuite suite() {
        ClientSuite suite = new ClientSuite("vertx");
        ConnectionChecks.addTo(suite);
        MessageChecks.addTo(suite);
        OutcomeChecks.addTo(suite);
        ReceiverChecks.addTo(suite);
        NodeChecks.addTo(suite);
        return suite.cannot(Feature.SCRAM, "has no SCRAM")
                .cannot(Feature.WEBSOCKET, "has no WebSocket")
                .cannot(Feature.SESSIONS, "has one session for a connection")
                .cannot(Feature.CONTAINER_ID, "cannot ask to be the only one of its container id")
                .cannot(Feature.RECONNECT, "leaves connecting again to the application")
                .cannot(Feature.SENT_SETTLED, "sends unsettled always")
                .cannot(Feature.SETTLE_SECOND, "cannot ask to settle second")
                .cannot(Feature.ABORTED, "cannot give up a message half-way")
                .cannot(Feature.MODIFIED_ANNOTATIONS, "its modified has no annotations")
                .cannot(Feature.BROWSE, "cannot browse")
                .cannot(Feature.FILTERS, "has selectors, but no other filters")
                .cannot(Feature.COMMIT, "has no transactions")
                .cannot(Feature.ROLLBACK, "has no transactions");
    }
}
