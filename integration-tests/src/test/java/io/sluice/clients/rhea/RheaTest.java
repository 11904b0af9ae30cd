package io.sluice.clients.rhea;

import io.sluice.clients.ClientBroker;
import io.sluice.clients.ClientProgram;
import io.sluice.clients.Scene;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every feature of the table with rhea. */
final class RheaTest {
    @TempDir
    static Path folder;

    private static ClientProgram program;
    private static ClientBroker broker;

    @BeforeAll
    static void start() throws Exception {
        program = RheaProgram.build();
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void a_durable_subscription_ends_when_its_time_is_over() throws Exception {
        program.run("subscription-expiry", new Scene(broker, "rhea.subscription-expiry"));
    }

    @TestFactory
    Stream<DynamicTest> features() throws Exception {
        return program.suite().tests(broker);
    }
}
