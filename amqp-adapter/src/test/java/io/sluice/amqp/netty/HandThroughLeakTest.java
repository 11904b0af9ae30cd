package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Buffers are given back, however a connection between nodes ends. */
@Timeout(120)
class HandThroughLeakTest {
    private static final int ROUNDS = 30;
    private static final int PATIENCE_MILLIS = 20_000;
    private static final String CONTROL = "lost on purpose";

    private final Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void watch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void forget() {
        logger.detachAppender(lines);
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void no_buffer_is_lost() throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS)) {
            for (int i = 0; i < ROUNDS; i++) {
                served(nodes);
                leftWhileWaiting(nodes);
                stranger(nodes);
                hasty(nodes);
            }
            nodes.await(
                    "all are gone",
                    () -> nodes.backup.unservedCount() + nodes.primary.unservedCount() + nodes.primary.connectionCount()
                            == 0);
        }
        // One that is lost for certain: when it is reported, those before it are.
        while (reports().stream().noneMatch(report -> report.contains(CONTROL))) {
            loseOne();
            System.gc();
        }
        assertEquals(
                List.of(),
                reports().stream().filter(report -> !report.contains(CONTROL)).toList());
    }

    private static void served(TwoNodes nodes) throws Exception {
        try (Socket client = TwoNodes.connect(nodes.backupPort)) {
            TwoNodes.assertServed(client);
        }
    }

    private static void leftWhileWaiting(TwoNodes nodes) throws Exception {
        nodes.primary.serve(new ServingPlace.Unknown());
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            node.getOutputStream().write(TwoNodes.joined(TwoNodes.header(), TwoNodes.SASL));
            nodes.await("it waits", () -> nodes.primary.unservedCount() > 0);
        }
        nodes.await("it is gone", () -> nodes.primary.unservedCount() == 0);
        nodes.primary.serve(new ServingPlace.Here(TwoNodes.environment()));
    }

    private static void stranger(TwoNodes nodes) throws Exception {
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            byte[] header = TwoNodes.header("amqp", "a guess", new byte[] {10, 1, 2, 3});
            node.getOutputStream().write(TwoNodes.joined(header, TwoNodes.SASL));
            node.shutdownOutput();
            TwoNodes.assertEnds(node);
        }
    }

    private static void hasty(TwoNodes nodes) throws Exception {
        Socket client = TwoNodes.connect(nodes.backupPort);
        client.getOutputStream().write(TwoNodes.SASL);
        client.setSoLinger(true, 0);
        client.close();
    }

    private static void loseOne() {
        ByteBuf lost = ByteBufAllocator.DEFAULT.buffer(16);
        lost.touch(CONTROL);
    }

    private List<String> reports() {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
