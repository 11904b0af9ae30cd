package io.sluice.amqp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * What a node says before the bytes of a client's connection that it hands through: the PROXY protocol, version 2, with the client's
 * address, and two values of ours beside it (types 0xE0 and 0xE1, of the range for custom ones).
 */
final class NodeHeader {
    /** What is spoken on the port the client came to. */
    private static final byte KIND = (byte) 0xE0;

    private static final byte SECRET = (byte) 0xE1;

    private NodeHeader() {}

    static HAProxyMessage of(SocketChannel client, String kind, String secret) {
        InetSocketAddress from = ClientAddress.of(client).orElseGet(client::remoteAddress);
        InetSocketAddress to = client.localAddress();
        // A proxy may bring one kind over the other.
        boolean six = from.getAddress() instanceof Inet6Address || to.getAddress() instanceof Inet6Address;
        return new HAProxyMessage(
                HAProxyProtocolVersion.V2,
                HAProxyCommand.PROXY,
                six ? HAProxyProxiedProtocol.TCP6 : HAProxyProxiedProtocol.TCP4,
                address(from.getAddress(), six),
                address(to.getAddress(), six),
                from.getPort(),
                to.getPort(),
                List.of(value(KIND, kind), value(SECRET, secret)));
    }

    private static String address(InetAddress address, boolean six) {
        return (six && address instanceof Inet4Address ? "::ffff:" : "") + NetUtil.toAddressString(address);
    }

    private static HAProxyTLV value(byte type, String text) {
        return new HAProxyTLV(type, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String kind(HAProxyMessage header) {
        return bytes(header, KIND)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("");
    }

    /** In the same time whatever it brings. */
    static boolean brings(HAProxyMessage header, String secret) {
        byte[] brought = bytes(header, SECRET).orElse(new byte[0]);
        return MessageDigest.isEqual(brought, secret.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<byte[]> bytes(HAProxyMessage header, byte type) {
        for (HAProxyTLV tlv : header.tlvs()) {
            if (tlv.typeByteValue() == type) {
                ByteBuf content = tlv.content();
                return Optional.of(ByteBufUtil.getBytes(content));
            }
        }
        return Optional.empty();
    }
}
