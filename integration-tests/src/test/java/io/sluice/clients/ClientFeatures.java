package io.sluice.clients;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every feature of the table with one client, against a broker of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ClientFeatures {
    private ClientBroker broker;

    @BeforeAll
    void startBroker(@TempDir Path folder) throws Exception {
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    protected final ClientBroker broker() {
        return broker;
    }

    @TestFactory
    Stream<DynamicTest> features() throws Exception {
        return suite().tests(broker);
    }

    /** The client's checks of all features, and the features that it does not have. */
    protected abstract ClientSuite suite() throws Exception;
}
