package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.message.MessageBatch;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Service Bus's batch format: one delivery of many messages, which are taken together or not at all. */
class BatchFormatTest {
    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);
    private int nextId;

    TestBroker newBroker() {
        return new TestBroker();
    }

    /** With the shard on a thread of its own. */
    static class ApartTest extends BatchFormatTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    private static byte[] batch(byte[]... messages) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        // The envelope has sections of its own: a header that says nothing, and properties.
        all.writeBytes(new byte[] {0, 0x53, 0x70, 0x45, 0, 0x53, 0x73, 0x45});
        for (byte[] message : messages) {
            all.writeBytes(
                    new byte[] {0, 0x53, 0x75, (byte) 0xb0, 0, 0, (byte) (message.length >> 8), (byte) message.length});
            all.writeBytes(message);
        }
        return all.toByteArray();
    }

    private static Transfer batchTransfer(int handle, int id) {
        Transfer transfer = TestPeer.transfer(handle, id);
        transfer.setMessageFormat(UnsignedInteger.valueOf(MessageBatch.FORMAT));
        return transfer;
    }

    private Disposition send(int handle, byte[] payload) {
        peer.send(0, batchTransfer(handle, nextId++), payload);
        return peer.nextOf(Disposition.class);
    }

    private static String textOf(Disposition answer) {
        return assertInstanceOf(Rejected.class, answer.getState()).getError().getDescription();
    }

    private static byte[] withId(String id, String body) {
        Message message = Message.Factory.create();
        message.setMessageId(id);
        message.setBody(new org.apache.qpid.proton.amqp.messaging.Data(
                new org.apache.qpid.proton.amqp.Binary(body.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        byte[] bytes = new byte[1000];
        return Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length));
    }

    private List<byte[]> received(String address) {
        peer.attachReceiverNext(9, "out", address);
        peer.send(0, TestPeer.credit(9, 0, 100));
        return peer.transfers().stream().map(TestPeer.Frame::payload).toList();
    }

    @Test
    void itsMessagesAreInTheQueueOneByOneInTheirOrderAndAreAnsweredOnce() {
        peer.attachSender(0, "in", "q");
        Disposition answer = send(0, batch(TestPeer.message("a"), TestPeer.message("b"), TestPeer.message("c")));
        assertEquals(Accepted.getInstance(), answer.getState());
        assertTrue(answer.getSettled());
        peer.expectNothing();
        assertEquals(
                List.of("a", "b", "c"),
                received("q").stream().map(TestPeer::body).toList());
    }

    @Test
    void anEmptyOneACutOneAndOneWhoseMessageIsMalformedAreRejectedAndSayWhere() {
        peer.attachSender(0, "in", "q");
        assertEquals("a batch without messages", textOf(send(0, batch())));
        byte[] whole = batch(TestPeer.message("a"), TestPeer.message("b"));
        assertTrue(textOf(send(0, Arrays.copyOf(whole, whole.length - 1))).contains("data section at offset"));
        byte[] bad = TestPeer.message("b");
        bad[2] = 0x11;
        String text = textOf(send(0, batch(TestPeer.message("a"), bad)));
        assertTrue(text.startsWith("in message 1 of the batch, counted from 0: "), text);
        assertEquals(
                "in message 1 of the batch, counted from 0: it has no bytes",
                textOf(send(0, batch(TestPeer.message("a"), new byte[0]))));
        byte[] value = {0, 0x53, 0x77, 0x40};
        assertTrue(textOf(send(0, value)).contains("a batch has its messages in data sections"));
        assertEquals(0, broker.status("q").messages());
        assertEquals(
                Accepted.getInstance(), send(0, batch(TestPeer.message("a"))).getState(), "the link goes on");
    }

    @Test
    void whereTheQueueHasRoomForSomeOnlyNoneIsTaken() {
        broker.declare(QueueDefinition.named("two")
                .withLimits(new Limits(2, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED)));
        peer.attachSender(0, "in", "two");
        Disposition answer = send(0, batch(TestPeer.message("a"), TestPeer.message("b"), TestPeer.message("c")));
        assertTrue(textOf(answer).startsWith("sends[2]: "), textOf(answer));
        assertEquals(0, broker.status("two").messages());
        send(0, batch(TestPeer.message("a"), TestPeer.message("b")));
        assertEquals(2, broker.status("two").messages());
    }

    @Test
    void eachMessageIsKnownByItsOwnIdWhenItIsSentAgain() {
        broker.declare(QueueDefinition.named("once").withDeduplication(QueueDefinition.Deduplication.BY_MESSAGE_ID));
        peer.attachSender(0, "in", "once");
        send(0, batch(withId("1", "a"), withId("2", "b"), withId("1", "a")));
        assertEquals(
                Accepted.getInstance(),
                send(0, batch(withId("2", "b"), withId("3", "c"))).getState());
        assertEquals(3, broker.status("once").messages());
    }

    @Test
    void aTopicTakesThemToo() {
        peer.send(0, TestPeer.receiver(9, "sub", "topic.t"));
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(9, 0, 100));
        peer.send(0, TestPeer.sender(0, "in", "topic.t"));
        peer.nextOf(Flow.class);
        peer.send(0, batchTransfer(0, nextId++), batch(TestPeer.message("a"), TestPeer.message("b")));
        assertEquals(
                List.of("a", "b"),
                peer.transfers().stream()
                        .map(frame -> TestPeer.body(frame.payload()))
                        .toList());
    }

    @Test
    void overTheAnonymousTerminusEachNamesItsQueueAndOneThatNamesNoneIsTheEndOfAll() {
        broker.declare(QueueDefinition.named("r"));
        peer.attachSender(0, "in", null);
        send(0, batch(TestPeer.messageTo("q", "a"), TestPeer.messageTo("r", "b")));
        assertEquals(1, broker.status("q").messages());
        assertEquals(1, broker.status("r").messages());
        String text = textOf(send(0, batch(TestPeer.messageTo("q", "a"), TestPeer.message("b"))));
        assertTrue(text.contains("says in 'to' where it goes"), text);
        text = textOf(send(0, batch(TestPeer.messageTo("q", "a"), TestPeer.messageTo("nowhere", "b"))));
        assertTrue(text.startsWith("message 1 of 2 that go together: "), text);
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void inATransactionTheyComeWithItsCommit() {
        TransactionalState state = transaction();
        peer.send(0, TestPeer.sender(1, "in", "q"));
        peer.nextOf(Flow.class);
        Transfer transfer = batchTransfer(1, nextId++);
        transfer.setState(state);
        peer.send(0, transfer, batch(TestPeer.message("a"), TestPeer.message("b")));
        TransactionalState said = assertInstanceOf(
                TransactionalState.class, peer.nextOf(Disposition.class).getState());
        assertEquals(Accepted.getInstance(), said.getOutcome());
        assertEquals(0, broker.status("q").messages());
        assertEquals(Accepted.getInstance(), discharge(state).getState());
        assertEquals(2, broker.status("q").messages());
    }

    @Test
    void inATransactionOneThatIsMalformedLeavesOnlyTheRollback() {
        TransactionalState state = transaction();
        peer.send(0, TestPeer.sender(1, "in", "q"));
        peer.nextOf(Flow.class);
        Transfer transfer = batchTransfer(1, nextId++);
        transfer.setState(state);
        peer.send(0, transfer, batch(TestPeer.message("a"), new byte[0]));
        TransactionalState said = assertInstanceOf(
                TransactionalState.class, peer.nextOf(Disposition.class).getState());
        assertInstanceOf(Rejected.class, said.getOutcome());
        assertTrue(textOf(discharge(state)).contains("can only be rolled back"));
        assertEquals(0, broker.status("q").messages());
    }

    private TransactionalState transaction() {
        Attach attach = TestPeer.sender(0, "tx", null);
        Source source = new Source();
        source.setOutcomes(Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL);
        attach.setSource(source);
        attach.setTarget(new Coordinator());
        peer.send(0, attach);
        peer.nextOf(Flow.class);
        peer.send(0, TestPeer.transfer(0, nextId++), encoded(new Declare()));
        TransactionalState state = new TransactionalState();
        state.setTxnId(
                assertInstanceOf(Declared.class, peer.nextOf(Disposition.class).getState())
                        .getTxnId());
        return state;
    }

    private Disposition discharge(TransactionalState state) {
        Discharge discharge = new Discharge();
        discharge.setTxnId(state.getTxnId());
        discharge.setFail(false);
        peer.send(0, TestPeer.transfer(0, nextId++), encoded(discharge));
        return peer.nextOf(Disposition.class);
    }

    private static byte[] encoded(Object value) {
        Message message = Message.Factory.create();
        message.setBody(new AmqpValue(value));
        byte[] bytes = new byte[1000];
        return Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length));
    }

    @Test
    void aNodeOfTheBrokerItselfTakesNone() {
        broker.nodes.put("$node", (request, replyTo, reply) -> {
            throw new AssertionError("it has no requests");
        });
        peer.attachSender(0, "in", "$node");
        assertEquals("a node of the broker itself takes no batches", textOf(send(0, batch(TestPeer.message("a")))));
    }

    @Test
    void oneThatIsLargerThanWhatIsKeptInMemoryEndsTheLink() {
        broker.thresholdBytes = 1000;
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "in", "q");
        other.send(0, batchTransfer(0, 0), batch(TestPeer.message("x".repeat(1000))));
        other.expectDetach("amqp:link:message-size-exceeded");
        assertEquals(0, broker.status("q").messages());
    }

    private static Attach resumable(Map<Binary, Object> unsettled) {
        Attach attach = TestPeer.sender(0, "in", "w");
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        ((Target) attach.getTarget()).setDurable(TerminusDurability.UNSETTLED_STATE);
        ((Target) attach.getTarget()).setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        attach.setUnsettled(unsettled);
        return attach;
    }

    /** Where the queue knows a message by its id it does not keep the delivery's key with it, so that of the others has to do. */
    @ParameterizedTest
    @ValueSource(strings = {"one,", ",two", "one,two", ","})
    void aResumedBatchIsNotStoredAgainWhicheverOfItsMessagesTheQueueKnowsByAnId(String ids) {
        broker.declare(QueueDefinition.named("w").withDeduplication(Deduplication.BY_MESSAGE_ID));
        byte[][] messages = new byte[2][];
        String[] each = ids.split(",", -1);
        for (int i = 0; i < 2; i++) {
            messages[i] = each[i].isEmpty() ? TestPeer.message("m" + i) : withId(each[i], "m" + i);
        }
        peer.send(0, resumable(null));
        assertEquals(Accepted.getInstance(), send(0, batch(messages)).getState());
        assertEquals(2, broker.status("w").messages());
        peer.connection.lost();

        TestPeer again = TestPeer.begun(broker);
        Binary tag = batchTransfer(0, 0).getDeliveryTag();
        Map<Binary, Object> unsettled = new HashMap<>();
        unsettled.put(tag, null);
        again.send(0, resumable(unsettled));
        boolean known = again.expect(Attach.class).getUnsettled() != null;
        Transfer resumed = batchTransfer(0, 0);
        resumed.setResume(known);
        again.send(0, resumed, batch(messages));
        assertEquals(Accepted.getInstance(), again.nextOf(Disposition.class).getState());
        assertEquals(2, broker.status("w").messages());
    }
}
