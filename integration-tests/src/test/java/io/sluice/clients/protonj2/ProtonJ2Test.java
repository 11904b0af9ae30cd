package io.sluice.clients.protonj2;

import io.sluice.clients.ClientBroker;
import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every feature of the table with protonj2-client. */
final class ProtonJ2Test {
    @TempDir
    static Path folder;

    private static ClientBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @TestFactory
    Stream<DynamicTest> features() {
        ClientSuite suite = new ClientSuite("protonj2");
        ConnectionChecks.addTo(suite);
        MessageChecks.addTo(suite);
        OutcomeChecks.addTo(suite);
        ReceiverChecks.addTo(suite);
        NodeChecks.addTo(suite);
        TransactionChecks.addTo(suite);
        return suite.cannot(Feature.SETTLE_SECOND, "cannot ask to settle second")
                .cannot(Feature.TEMPORARY_QUEUE, "has dynamic nodes to receive from, not to send to")
                .cannot(Feature.TEMPORARY_TOPIC, "has dynamic nodes to receive from, not to send to")
                .tests(broker);
    }
}
