package io.sluice.clients.jms;

import io.sluice.clients.ClientBroker;
import io.sluice.clients.jms.checks.JmsChecks;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every feature of the table with Qpid JMS 2, Jakarta Messaging. */
final class JmsFeaturesTest {
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
        return JmsChecks.suite("jms").tests(broker);
    }
}
