package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who counts as a client of this machine, where nodes bring their clients. */
@Timeout(60)
class ClientAddressTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final byte[] FAR = {10, 1, 2, 3};
    private static final byte[] NEAR = {127, 0, 0, 1};

    private static InetSocketAddress address(String host) {
        return new InetSocketAddress(host, 4711);
    }

    @ParameterizedTest
    @CsvSource({
        // socket, client, local where it came to, here
        "127.0.0.1, ,          true,  true",
        "::1,       ,          true,  true",
        "10.0.0.7,  ,          false, false",
        "127.0.0.1, 127.0.0.1, true,  true",
        "127.0.0.1, 10.0.0.7,  false, false",
        "10.0.0.7,  127.0.0.1, true,  false",
        "10.0.0.7,  ::1,       true,  false",
        "10.0.0.7,  10.0.0.8,  false, false",
    })
    void here_is_who_is_local_to_a_node_of_this_machine(String socket, String client, boolean local, boolean here) {
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return address(socket);
            }
        };
        if (client != null) {
            ClientAddress.brought(channel, address(client));
        }
        assertEquals(client != null, ClientAddress.isBrought(channel));
        assertEquals(Optional.of(address(client == null ? socket : client)), ClientAddress.of(channel));
        assertEquals(client != null, ClientAddress.isBrought(channel), "whoever asked for its address before");
        assertEquals(local, ClientAddress.isLocal(channel));
        assertEquals(here, ClientAddress.isHere(channel));
        channel.close();
    }

    @Test
    void a_client_from_elsewhere_is_not_of_this_machine() throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS);
                Socket far = TwoNodes.connect(nodes.handThrough);
                Socket near = TwoNodes.connect(nodes.handThrough)) {
            far.getOutputStream().write(TwoNodes.header("amqp", TwoNodes.SECRET, FAR));
            TwoNodes.assertServed(far);
            assertEquals(false, nodes.peers.take().security().loopback());
            near.getOutputStream().write(TwoNodes.header("amqp", TwoNodes.SECRET, NEAR));
            TwoNodes.assertServed(near);
            assertTrue(nodes.peers.take().security().loopback());
        }
    }

    /** A page whose host name points to this machine, against a page of a broker elsewhere. */
    @Test
    void a_page_is_judged_by_where_its_browser_is() throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS, "amqpws", new WebSocketCarrier(Set.of(), 100_000))) {
            assertEquals("HTTP/1.1 101", upgrade(nodes, FAR));
            assertEquals("HTTP/1.1 403", upgrade(nodes, NEAR));
        }
    }

    private static String upgrade(TwoNodes nodes, byte[] client) throws Exception {
        String request = "GET /amqp HTTP/1.1\r\nHost: mq.test:5680\r\nOrigin: http://mq.test:5680\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: amqp\r\n\r\n";
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            node.getOutputStream()
                    .write(TwoNodes.joined(
                            TwoNodes.header("amqpws", TwoNodes.SECRET, client),
                            request.getBytes(StandardCharsets.US_ASCII)));
            return new String(node.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        }
    }
}
