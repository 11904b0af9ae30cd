package io.sluice.clients.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.program.BrokerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The started program for the tests of a class, and a connection to it for each. */
abstract class RabbitMqProgram {
    @TempDir
    static Path data;

    static BrokerProcess broker;
    RabbitMqScene scene;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = BrokerProcess.start(data);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop());
    }

    @BeforeEach
    void connect() {
        scene = new RabbitMqScene(broker.port());
    }

    @AfterEach
    void close() {
        scene.close();
    }
}
