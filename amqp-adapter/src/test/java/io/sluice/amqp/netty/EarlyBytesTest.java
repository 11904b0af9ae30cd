package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** Bytes that come before anybody serves their connection: kept, given on or given back. */
class EarlyBytesTest {
    private final EarlyBytes early = new EarlyBytes();
    private final EmbeddedChannel channel = new EmbeddedChannel(early);

    private static ByteBuf bytes(int count) {
        return Unpooled.buffer(count).writeZero(count);
    }

    @Test
    void they_go_on_in_their_order_and_the_rest_follows() {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {1}), Unpooled.wrappedBuffer(new byte[] {2}));
        assertNull(channel.readInbound());
        early.handOn();
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {3}));
        for (int i = 1; i <= 3; i++) {
            ByteBuf next = channel.readInbound();
            assertEquals(i, next.readByte());
            next.release();
        }
        assertNull(channel.pipeline().get(EarlyBytes.class));
    }

    @Test
    void they_are_given_back_at_the_end_of_the_connection() {
        ByteBuf kept = bytes(1);
        channel.writeInbound(kept);
        assertEquals(1, kept.refCnt());
        channel.close();
        assertEquals(0, kept.refCnt());
        early.handOn();
        assertNull(channel.readInbound());
    }

    @Test
    void too_many_end_the_connection() {
        ByteBuf most = bytes(EarlyBytes.MAX_BYTES);
        channel.writeInbound(most);
        assertTrue(channel.isOpen());
        ByteBuf more = bytes(1);
        channel.writeInbound(more);
        assertFalse(channel.isOpen());
        assertEquals(0, most.refCnt() + more.refCnt());
    }
}
