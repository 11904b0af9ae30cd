package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What the log says of those that are no nodes. */
@Timeout(60)
class NodePortTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final byte[] CLIENT = {10, 1, 2, 3};

    static Stream<byte[]> strangers() {
        byte[] wrongSecret = TwoNodes.header("amqp", "a guess", CLIENT);
        return Stream.of(
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                wrongSecret,
                TwoNodes.joined(wrongSecret, TwoNodes.SASL),
                TwoNodes.header("mqtt", TwoNodes.SECRET, CLIENT),
                brokenHeader());
    }

    /** The family of the addresses is none. */
    private static byte[] brokenHeader() {
        byte[] header = TwoNodes.header();
        header[13] = (byte) 0xff;
        return header;
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void a_stranger_is_worth_one_line(byte[] said) throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("io.sluice.amqp.netty");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS)) {
            try (Socket stranger = TwoNodes.connect(nodes.handThrough)) {
                stranger.getOutputStream().write(said);
                assertEquals(-1, stranger.getInputStream().read());
            }
            nodes.await("it is gone", () -> nodes.primary.unservedCount() == 0);
        } finally {
            logger.detachAppender(lines);
        }
        List<String> warnings = lines.list.stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
        assertEquals(1, warnings.size(), warnings::toString);
    }
}
