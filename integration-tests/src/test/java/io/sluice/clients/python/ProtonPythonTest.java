package io.sluice.clients.python;

import io.sluice.clients.ClientBroker;
import io.sluice.clients.ClientProgram;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every feature of the table with Qpid Proton's Python binding. */
final class ProtonPythonTest {
    @TempDir
    static Path folder;

    private static ClientProgram program;
    private static ClientBroker broker;

    @BeforeAll
    static void start() throws Exception {
        program = ProtonPythonProgram.build();
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> features() throws Exception {
        return program.suite().tests(broker);
    }
}
