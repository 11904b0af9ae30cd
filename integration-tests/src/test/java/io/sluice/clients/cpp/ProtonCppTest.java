package io.sluice.clients.cpp;

import io.sluice.clients.ClientBroker;
import io.sluice.clients.ClientProgram;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every feature of the table with Qpid Proton C++. */
final class ProtonCppTest {
    @TempDir
    static Path folder;

    private static ClientProgram program;
    private static ClientBroker broker;

    @BeforeAll
    static void start() throws Exception {
        program = ProtonCppProgram.build();
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
