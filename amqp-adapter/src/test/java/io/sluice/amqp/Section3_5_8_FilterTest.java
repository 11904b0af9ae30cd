package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Filters of a source: what is applied, what is answered, what is refused. */
class Section3_5_8_FilterTest {
    private static final Symbol NAME = Symbol.valueOf("jms-selector");
    private static final Object SELECTOR = UnsignedLong.valueOf(0x0000_468c_0000_0004L);
    private static final Object NO_LOCAL = UnsignedLong.valueOf(0x0000_468c_0000_0003L);

    private final TestBroker broker = new TestBroker();
    private final TestPeer peer = TestPeer.begun(broker);
    private int sent;

    private record Described(Object descriptor, Object value) implements DescribedType {
        @Override
        public Object getDescriptor() {
            return descriptor;
        }

        @Override
        public Object getDescribed() {
            return value;
        }
    }

    private static Attach receiver(int handle, Map<Symbol, Object> filters) {
        Attach attach = TestPeer.receiver(handle, "out" + handle, "q");
        ((Source) attach.getSource()).setFilter(filters);
        return attach;
    }

    private static Attach selecting(int handle, String selector) {
        return receiver(handle, Map.of(NAME, new Described(SELECTOR, selector)));
    }

    /** A message with the application property "n" of that value, which is its body, too. */
    private void send(int... values) {
        for (int value : values) {
            ByteBuffer properties = ByteBuffer.allocate(14);
            properties.put(new byte[] {0, 0x53, 0x74, (byte) 0xc1, 9, 2, (byte) 0xa1, 1, 'n', 0x71});
            properties.putInt(value);
            byte[] body = TestPeer.message(Integer.toString(value));
            byte[] message = ByteBuffer.allocate(14 + body.length)
                    .put(properties.array())
                    .put(body)
                    .array();
            peer.send(0, TestPeer.transfer(0, sent++), message);
        }
    }

    private List<String> received(int handle) {
        List<String> bodies = new ArrayList<>();
        for (TestPeer.Frame frame : peer.transfers()) {
            assertEquals(UnsignedInteger.valueOf(handle), ((Transfer) frame.body()).getHandle());
            bodies.add(TestPeer.body(frame.payload()));
        }
        return bodies;
    }

    @Test
    void whatIsAppliedIsAnswered() {
        Map<Symbol, Object> asked = new LinkedHashMap<>();
        asked.put(NAME, new Described(SELECTOR, "n > 1"));
        asked.put(Symbol.valueOf("no-local"), new Described(NO_LOCAL, List.of()));
        asked.put(Symbol.valueOf("other"), new Described(Symbol.valueOf("com.example:other"), "x"));
        peer.send(0, receiver(1, asked));
        Map<?, ?> answer = ((Source) peer.expect(Attach.class).getSource()).getFilter();
        assertEquals(2, answer.size());
        assertEquals(NO_LOCAL, ((DescribedType) answer.get(Symbol.valueOf("no-local"))).getDescriptor());
        DescribedType applied = (DescribedType) answer.get(NAME);
        assertEquals(SELECTOR, applied.getDescriptor());
        assertEquals("n > 1", applied.getDescribed());
    }

    @Test
    void noneAppliedIsNoneAnswered() {
        peer.send(
                0,
                receiver(1, Map.of(Symbol.valueOf("other"), new Described(Symbol.valueOf("com.example:other"), "x"))));
        assertNull(((Source) peer.expect(Attach.class).getSource()).getFilter());
    }

    private TestPeer another(String container) {
        TestPeer other = new TestPeer(broker);
        other.bytes(TestPeer.AMQP);
        Open open = TestPeer.openFrame();
        open.setContainerId(container);
        other.send(0, open);
        other.expect(Open.class);
        other.send(0, TestPeer.begin());
        other.expect(Begin.class);
        return other;
    }

    /** Of what came before anybody asked for that, nobody knows who sent it. */
    @Test
    void noLocalKeepsBackWhatTheReceiversOwnContainerSends() {
        peer.attachSender(0, "in", "q");
        send(1);
        peer.send(
                0,
                receiver(
                        1,
                        Map.of(
                                Symbol.valueOf("no-local"),
                                new Described(NO_LOCAL, List.of()),
                                NAME,
                                new Described(SELECTOR, "n < 9 OR n IS NULL"))));
        peer.send(0, TestPeer.credit(1, 0, 10));
        assertEquals(List.of("1"), received(1));
        send(2, 9);
        assertEquals(List.of(), received(1));
        TestPeer other = another("other");
        other.attachSender(0, "in", "q");
        other.send(0, TestPeer.transfer(0, 0), TestPeer.message("theirs"));
        assertEquals(List.of("theirs"), received(1));
        // The others are there for everybody else.
        peer.attachReceiver(2, "all", "q");
        peer.send(0, TestPeer.credit(2, 0, 10));
        assertEquals(List.of("2", "9"), received(2));
    }

    @Test
    void aBrokenSelectorIsANullSourceAndADetach() {
        peer.send(0, selecting(1, "n > 1 AND"));
        Attach answer = peer.expect(Attach.class);
        assertNull(answer.getSource());
        assertNotNull(answer.getTarget());
        Detach detach = peer.expect(Detach.class);
        assertEquals(Symbol.valueOf("amqp:invalid-field"), detach.getError().getCondition());
        assertEquals(
                "filter 'jms-selector': at character 10: the end where a value is expected",
                detach.getError().getDescription());
        peer.send(0, TestPeer.detach(1, true));
        peer.attachReceiver(1, "out1", "q");
    }

    @Test
    void onlySelectedMessagesComeAndTheOthersStay() {
        peer.attachSender(0, "in", "q");
        send(1, 2, 3, 4);
        peer.send(0, selecting(1, "n % 2 = 0"));
        peer.send(0, TestPeer.credit(1, 0, 10));
        assertEquals(List.of("2", "4"), received(1));
        send(5, 6);
        assertEquals(List.of("6"), received(1));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 2, true, Accepted.getInstance()));
        assertEquals(3, broker.status("q").messages());
        peer.attachReceiverNext(2, "all", "q");
        peer.send(0, TestPeer.credit(2, 0, 10));
        assertEquals(List.of("1", "3", "5"), received(2));
    }

    @Test
    void twoConsumersGetTheirOwn() {
        peer.attachSender(0, "in", "q");
        peer.send(0, selecting(1, "n < 3"));
        peer.send(0, selecting(2, "n >= 3"));
        send(4, 1, 3, 2);
        peer.send(0, TestPeer.credit(1, 0, 10));
        assertEquals(List.of("1", "2"), received(1));
        peer.send(0, TestPeer.credit(2, 0, 10));
        assertEquals(List.of("4", "3"), received(2));
    }

    @Test
    void whatComesBackIsSelectedAgain() {
        peer.attachSender(0, "in", "q");
        send(1, 2, 3);
        peer.send(0, selecting(1, "n = 2"));
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals(List.of("2"), received(1));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Released.getInstance()));
        peer.send(0, TestPeer.credit(1, 1, 1));
        assertEquals(List.of("2"), received(1));
    }

    @Test
    void aDrainEndsWhenNothingMoreIsSelected() {
        peer.attachSender(0, "in", "q");
        send(1, 2, 3);
        peer.send(0, selecting(1, "n = 2"));
        Flow drain = TestPeer.credit(1, 0, 10);
        drain.setDrain(true);
        peer.send(0, drain);
        peer.next(Transfer.class);
        Flow drained = peer.nextOf(Flow.class);
        assertEquals(UnsignedInteger.ZERO, drained.getLinkCredit());
        assertEquals(UnsignedInteger.valueOf(10), drained.getDeliveryCount());
    }

    @Test
    void aBrowserSeesSelectedMessagesOnly() {
        peer.attachSender(0, "in", "q");
        send(1, 2, 3, 4);
        Attach browser = selecting(1, "n > 2");
        ((Source) browser.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        peer.send(0, browser);
        peer.send(0, TestPeer.credit(1, 0, 10));
        assertEquals(List.of("3", "4"), received(1));
        assertEquals(4, broker.status("q").messages());
    }

    @Test
    void filterExpressionsWorkOnQueues() {
        peer.attachSender(0, "in", "q");
        send(1, 2, 3);
        peer.send(
                0,
                receiver(
                        1,
                        Map.of(
                                Symbol.valueOf("sql-filter"),
                                new Described(Symbol.valueOf("amqp:sql-filter"), "a.n = 1"))));
        peer.send(0, TestPeer.credit(1, 0, 10));
        assertEquals(List.of("1"), received(1));
        peer.send(
                0,
                receiver(2, Map.of(Symbol.valueOf("p"), new Described(UnsignedLong.valueOf(0x174), Map.of("n", 3)))));
        peer.send(0, TestPeer.credit(2, 0, 10));
        assertEquals(List.of("3"), received(2));
    }
}
