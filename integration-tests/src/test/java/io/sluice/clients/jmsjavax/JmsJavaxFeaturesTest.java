package io.sluice.clients.jmsjavax;

import io.sluice.clients.ClientBroker;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every feature of the table with Qpid JMS 1, javax.jms. */
final class JmsJavaxFeaturesTest {
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
    Stream<DynamicTest> features() throws Exception {
        return JavaxLine.load().suite("jmsjavax").tests(broker);
    }
}
