package io.sluice.amqp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.DroppingWritableBuffer;
import org.apache.qpid.proton.codec.EncoderImpl;

/**
 * What either side of a link that is attached says it has unsettled of it (AMQP 1.0 §2.6.13): the peer's map as it came, ours as it will be
 * answered. The connection's event loop.
 */
final class UnsettledMap {
    static final int MAX_TAG_BYTES = 32;
    /** Of a frame, in front of its performative. */
    private static final int FRAME_HEADER_BYTES = 8;

    /** Null where the peer said nothing. */
    private Map<?, ?> peers;

    private final boolean peersIncomplete;
    private Map<Binary, DeliveryState> ours = Map.of();
    private Set<Binary> known = Set.of();
    private boolean oursIncomplete;

    UnsettledMap(Attach attach) {
        this.peers = attach.getUnsettled();
        this.peersIncomplete = attach.getIncompleteUnsettled();
    }

    /** Why the peer's map is none; empty where it is one. */
    Optional<String> problem() {
        if (peers != null) {
            for (Object tag : peers.keySet()) {
                if (!(tag instanceof Binary binary) || binary.getLength() > MAX_TAG_BYTES) {
                    return Optional.of(
                            "the keys of attach.unsettled are delivery-tags, binaries of 0 to 32 bytes, not " + tag);
                }
            }
        }
        return Optional.empty();
    }

    /** The peer's, of a map without {@link #problem}: what it is told of a delivery, null where that is nothing. */
    Map<Binary, Object> peers() {
        Map<Binary, Object> all = new LinkedHashMap<>();
        if (peers != null) {
            peers.forEach((tag, state) -> all.put((Binary) tag, state));
        }
        return all;
    }

    /** Whether the peer may have more unsettled than it says. */
    boolean isPeersIncomplete() {
        return peersIncomplete;
    }

    /** What the peer is to be answered; its own map is not needed any longer. */
    void answer(Map<Binary, DeliveryState> states) {
        ours = new LinkedHashMap<>(states);
        known = new HashSet<>(states.keySet());
        peers = null;
    }

    /** Whether the peer may resume the delivery: we have it, whether there was room to say so or not. */
    boolean knows(Binary tag) {
        return tag != null && known.contains(tag);
    }

    /** Whether the peer was told less than there is: until the link is attached again, nothing new goes over it (§2.7.3). */
    boolean isIncomplete() {
        return oursIncomplete;
    }

    /** Our attach is about to be written. @param maxFrameBytes that the peer takes, as 32 bits without a sign */
    void write(Attach attach, int maxFrameBytes) {
        if (ours.isEmpty()) {
            return;
        }
        attach.setUnsettled(ours);
        List<Binary> tags = new ArrayList<>(ours.keySet());
        while (!tags.isEmpty() && FRAME_HEADER_BYTES + encodedBytes(attach) > Integer.toUnsignedLong(maxFrameBytes)) {
            oursIncomplete = true;
            attach.setIncompleteUnsettled(true);
            // Many at a time, so that a large map is not encoded once for each of its entries.
            List<Binary> cut = tags.subList(tags.size() - Math.max(1, tags.size() / 8), tags.size());
            cut.forEach(ours::remove);
            cut.clear();
        }
        ours = Map.of();
    }

    private static int encodedBytes(Attach attach) {
        DecoderImpl decoder = new DecoderImpl();
        EncoderImpl encoder = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        DroppingWritableBuffer counts = new DroppingWritableBuffer();
        encoder.setByteBuffer(counts);
        encoder.writeObject(attach);
        return counts.position();
    }
}
