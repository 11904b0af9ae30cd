package io.sluice.amqp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;

/** Well-formed frames in an order that makes little sense: now what a client would send, now what none would. */
final class RandomFrames {
    private static final String[] ADDRESSES = {
        "q", "q", "q", "auto.a", "auto.b", "nowhere", null, "", "$temporary/node1", "$temporary/node2", "$management"
    };

    private final Random random;
    private int nextDeliveryId;

    RandomFrames(Random random) {
        this.random = random;
    }

    /** One frame of the peer, encoded. */
    byte[] next(TestPeer peer) {
        int channel = random.nextInt(10) == 0 ? random.nextInt(3) : 0;
        Object body = body();
        byte[] payload = body instanceof Transfer ? payload() : new byte[0];
        return peer.encode(0, channel, body, payload);
    }

    private boolean rarely() {
        return random.nextInt(20) == 0;
    }

    private Object body() {
        return switch (random.nextInt(100)) {
            case 0 -> new Close();
            case 1 -> new Open();
            case 2, 3 -> new End();
            case 4, 5 -> begin();
            case 6, 7 -> null;
            default -> ofLink();
        };
    }

    private Object ofLink() {
        return switch (random.nextInt(8)) {
            case 0 -> attach();
            case 1 -> detach();
            case 2, 3 -> flow();
            case 4, 5 -> disposition();
            default -> transfer();
        };
    }

    private UnsignedInteger handle() {
        return UnsignedInteger.valueOf(rarely() ? random.nextInt() : random.nextInt(5));
    }

    private UnsignedInteger number() {
        return UnsignedInteger.valueOf(rarely() ? random.nextInt() : random.nextInt(20));
    }

    private <T> T orNull(T value) {
        return rarely() ? null : value;
    }

    private Begin begin() {
        Begin begin = TestPeer.begin();
        if (rarely()) {
            begin.setRemoteChannel(UnsignedShort.valueOf((short) random.nextInt()));
        }
        begin.setIncomingWindow(number());
        return begin;
    }

    private Attach attach() {
        Attach attach = new Attach();
        attach.setHandle(handle());
        attach.setName("link" + random.nextInt(4));
        attach.setRole(random.nextBoolean() ? Role.SENDER : Role.RECEIVER);
        attach.setInitialDeliveryCount(orNull(number()));
        attach.setSndSettleMode(SenderSettleMode.values()[random.nextInt(3)]);
        attach.setRcvSettleMode(ReceiverSettleMode.values()[random.nextInt(2)]);
        attach.setMaxMessageSize(rarely() ? UnsignedLong.valueOf(random.nextInt(50)) : null);
        Source source = new Source();
        Target target = new Target();
        describe(source);
        describe(target);
        source.setDistributionMode(rarely() ? Symbol.valueOf("copy") : null);
        source.setOutcomes(rarely() ? new Symbol[] {Accepted.DESCRIPTOR_SYMBOL} : null);
        attach.setSource(orNull(source));
        attach.setTarget(rarely() ? new Coordinator() : orNull(target));
        return attach;
    }

    private void describe(org.apache.qpid.proton.amqp.messaging.Terminus terminus) {
        terminus.setAddress(ADDRESSES[random.nextInt(ADDRESSES.length)]);
        terminus.setDynamic(random.nextInt(6) == 0);
        if (terminus.getDynamic() && random.nextInt(4) != 0) {
            terminus.setAddress(null);
        }
        terminus.setExpiryPolicy(TerminusExpiryPolicy.values()[random.nextInt(4)]);
        terminus.setTimeout(number());
        Object[] policies = {DeleteOnNoLinks.getInstance(), DeleteOnNoMessages.getInstance(), "none"};
        Map<Symbol, Object> properties = new HashMap<>();
        properties.put(Symbol.valueOf("lifetime-policy"), policies[random.nextInt(policies.length)]);
        terminus.setDynamicNodeProperties(random.nextInt(3) == 0 ? properties : null);
        List<Symbol> capabilities = new ArrayList<>();
        capabilities.add(Symbol.valueOf(rarely() ? "topic" : "queue"));
        terminus.setCapabilities(random.nextBoolean() ? capabilities.toArray(new Symbol[0]) : null);
    }

    private Detach detach() {
        Detach detach = new Detach();
        detach.setHandle(handle());
        detach.setClosed(random.nextBoolean());
        return detach;
    }

    private Flow flow() {
        Flow flow = TestPeer.sessionFlow();
        if (rarely()) {
            flow.setNextOutgoingId(number());
        }
        flow.setNextIncomingId(orNull(number()));
        flow.setIncomingWindow(rarely() ? number() : UnsignedInteger.valueOf(100_000));
        if (random.nextInt(4) != 0) {
            flow.setHandle(handle());
            flow.setDeliveryCount(orNull(number()));
            flow.setLinkCredit(orNull(number()));
            flow.setDrain(random.nextInt(4) == 0);
        }
        flow.setEcho(random.nextInt(4) == 0);
        return flow;
    }

    private Transfer transfer() {
        Transfer transfer = new Transfer();
        transfer.setHandle(handle());
        if (random.nextInt(8) != 0) {
            transfer.setDeliveryId(rarely() ? number() : UnsignedInteger.valueOf(nextDeliveryId++));
            transfer.setDeliveryTag(orNull(new Binary(new byte[random.nextInt(rarely() ? 40 : 8)])));
        }
        transfer.setMessageFormat(rarely() ? number() : UnsignedInteger.ZERO);
        transfer.setSettled(random.nextInt(4) == 0);
        transfer.setMore(random.nextInt(6) == 0);
        transfer.setAborted(rarely());
        transfer.setState(rarely() ? state() : null);
        transfer.setRcvSettleMode(rarely() ? ReceiverSettleMode.SECOND : null);
        return transfer;
    }

    private byte[] payload() {
        if (rarely()) {
            byte[] noise = new byte[random.nextInt(50)];
            random.nextBytes(noise);
            return noise;
        }
        String body = "x".repeat(random.nextInt(rarely() ? 3 * Conversations.THRESHOLD_BYTES : 40));
        return random.nextInt(4) == 0
                ? TestPeer.messageTo(random.nextBoolean() ? "q" : "nowhere", body)
                : TestPeer.message(body);
    }

    private Disposition disposition() {
        Disposition disposition = new Disposition();
        disposition.setRole(random.nextInt(4) == 0 ? Role.SENDER : Role.RECEIVER);
        UnsignedInteger first = number();
        disposition.setFirst(first);
        disposition.setLast(rarely() ? number() : UnsignedInteger.valueOf(first.intValue() + random.nextInt(4)));
        disposition.setSettled(random.nextBoolean());
        disposition.setState(orNull(state()));
        return disposition;
    }

    private DeliveryState state() {
        return switch (random.nextInt(5)) {
            case 0 -> Released.getInstance();
            case 1 -> new Rejected();
            case 2 -> new Modified();
            case 3 -> {
                Received received = new Received();
                received.setSectionNumber(number());
                received.setSectionOffset(UnsignedLong.valueOf(random.nextInt(9)));
                yield received;
            }
            default -> Accepted.getInstance();
        };
    }
}
