package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.transaction.TransactionLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Outcome;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** Transactions (AMQP 1.0 §4), frame by frame: handle 0 is the coordinator, 1 and 2 send, 3 and 4 receive. */
class Section4_TransactionTest {
    private static final Limits ONE =
            new Limits(1, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);

    private final TestBroker broker = newBroker();
    private TestPeer peer;
    private int nextId;

    TestBroker newBroker() {
        return new TestBroker();
    }

    Section4_TransactionTest() {
        broker.declare(QueueDefinition.named("r"));
        peer = TestPeer.begun(broker);
    }

    // ---- frames

    private static Attach coordinatorFrame(int handle, Symbol... outcomes) {
        Attach attach = TestPeer.sender(handle, "tx" + handle, null);
        Source source = new Source();
        source.setOutcomes(outcomes);
        attach.setSource(source);
        attach.setTarget(new Coordinator());
        return attach;
    }

    private Attach attachCoordinator() {
        return attachCoordinator(0, Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL);
    }

    private Attach attachCoordinator(int handle, Symbol... outcomes) {
        peer.send(0, coordinatorFrame(handle, outcomes));
        Attach answer = peer.nextOf(Attach.class);
        peer.expect(Flow.class);
        return answer;
    }

    private static byte[] encoded(Object value) {
        Message message = Message.Factory.create();
        message.setBody(new AmqpValue(value));
        return encode(message);
    }

    private static byte[] encode(Message message) {
        byte[] bytes = new byte[200];
        int length = message.encode(bytes, 0, bytes.length);
        return Arrays.copyOf(bytes, length);
    }

    private DeliveryState request(int handle, Object value) {
        peer.send(0, TestPeer.transfer(handle, nextId++), encoded(value));
        Disposition answer = peer.nextOf(Disposition.class);
        assertEquals(Role.RECEIVER, answer.getRole());
        assertTrue(answer.getSettled());
        return answer.getState();
    }

    private Binary declare() {
        return declare(0);
    }

    private Binary declare(int handle) {
        return assertInstanceOf(Declared.class, request(handle, new Declare())).getTxnId();
    }

    private static Discharge discharge(Binary id, boolean fail) {
        Discharge discharge = new Discharge();
        discharge.setTxnId(id);
        discharge.setFail(fail);
        return discharge;
    }

    private void commit(Binary id) {
        assertInstanceOf(Accepted.class, request(0, discharge(id, false)));
    }

    private void rollBack(Binary id) {
        assertInstanceOf(Accepted.class, request(0, discharge(id, true)));
    }

    private Rejected refusedCommit(Binary id, String condition) {
        Rejected rejected = assertInstanceOf(Rejected.class, request(0, discharge(id, false)));
        assertEquals(Symbol.valueOf(condition), rejected.getError().getCondition());
        return rejected;
    }

    private static TransactionalState in(Binary id, Outcome outcome) {
        TransactionalState state = new TransactionalState();
        state.setTxnId(id);
        state.setOutcome(outcome);
        return state;
    }

    private Transfer transferIn(int handle, Binary id) {
        Transfer transfer = TestPeer.transfer(handle, nextId++);
        transfer.setState(in(id, null));
        return transfer;
    }

    private void post(int handle, Binary id, String body) {
        peer.send(0, transferIn(handle, id), TestPeer.message(body));
    }

    private TransactionalState answerIn(Binary id) {
        Disposition answer = peer.nextOf(Disposition.class);
        assertEquals(Role.RECEIVER, answer.getRole());
        assertTrue(answer.getSettled());
        TransactionalState state = assertInstanceOf(TransactionalState.class, answer.getState());
        assertEquals(id, state.getTxnId());
        return state;
    }

    private void postAccepted(int handle, Binary id, String body) {
        post(handle, id, body);
        assertEquals(Accepted.getInstance(), answerIn(id).getOutcome());
    }

    private void dispose(int first, int last, boolean settled, DeliveryState state) {
        peer.send(0, TestPeer.disposition(Role.RECEIVER, first, last, settled, state));
    }

    /** Messages put there by somebody else. */
    private void fill(String queue, String... bodies) {
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "fill." + queue, queue);
        for (int i = 0; i < bodies.length; i++) {
            other.send(0, TestPeer.transfer(0, i), TestPeer.message(bodies[i]));
        }
        other.send(0, TestPeer.detach(0, true));
    }

    /** Everything available, as somebody else gets it. */
    private List<String> drain(String queue) {
        TestPeer other = TestPeer.begun(broker);
        other.attachReceiver(0, "drain." + queue, queue);
        other.send(0, TestPeer.credit(0, 0, 100));
        List<String> bodies = other.transfers().stream()
                .map(frame -> TestPeer.body(frame.payload()))
                .toList();
        other.connection.lost();
        broker.run();
        return bodies;
    }

    private List<TestPeer.Frame> receive(int handle, String queue, int credit) {
        peer.attachReceiverNext(handle, "out" + handle, queue);
        peer.send(0, TestPeer.credit(handle, 0, credit));
        return peer.transfers();
    }

    private static int deliveryCount(TestPeer.Frame frame) {
        Message message = Message.Factory.create();
        message.decode(frame.payload(), 0, frame.payload().length);
        return (int) message.getDeliveryCount();
    }

    // ---- the coordinator

    @Test
    void theCoordinatorSaysWhatItCanDo() {
        Attach answer = attachCoordinator();
        Coordinator coordinator = assertInstanceOf(Coordinator.class, answer.getTarget());
        assertEquals(
                Set.of(
                        Symbol.valueOf("amqp:local-transactions"),
                        Symbol.valueOf("amqp:multi-txns-per-ssn"),
                        Symbol.valueOf("amqp:multi-ssns-per-txn")),
                Set.of(coordinator.getCapabilities()));
    }

    @Test
    void manyTransactionsOneAfterTheOtherAndSeveralAtATime() {
        attachCoordinator();
        Binary first = declare();
        Binary second = declare();
        assertNotEquals(first, second);
        rollBack(first);
        commit(second);
        // More than there was credit for at the beginning.
        for (int i = 0; i < 600; i++) {
            commit(declare());
        }
    }

    @Test
    void aDeclareBehindADischargeInOneReadIsAnsweredInOrder() {
        attachCoordinator();
        Binary id = declare();
        peer.pipelined(0, TestPeer.transfer(0, nextId++), encoded(discharge(id, false)));
        peer.send(0, TestPeer.transfer(0, nextId++), encoded(new Declare()));
        assertInstanceOf(Accepted.class, peer.nextOf(Disposition.class).getState());
        assertInstanceOf(Declared.class, peer.nextOf(Disposition.class).getState());
    }

    @Test
    void whatIsNoRequestIsRejected() {
        attachCoordinator();
        Rejected text = assertInstanceOf(Rejected.class, request(0, "begin"));
        assertEquals(Symbol.valueOf("amqp:invalid-field"), text.getError().getCondition());
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("data"));
        assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        peer.send(0, TestPeer.transfer(0, nextId++), new byte[] {0, 0x53, 0x77, 0x40, 1, 2, 3});
        assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        declare();
    }

    @Test
    void aDistributedTransactionIsRefused() {
        attachCoordinator();
        byte[] withGlobalId = {0, 0x53, 0x77, 0, 0x53, 0x31, (byte) 0xc0, 4, 1, (byte) 0xa0, 1, 9};
        peer.send(0, TestPeer.transfer(0, nextId++), withGlobalId);
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        assertEquals(Symbol.valueOf("amqp:invalid-field"), rejected.getError().getCondition());
        assertTrue(rejected.getError().getDescription().contains("global-id"));
    }

    @Test
    void aSettledDeclareEndsTheLink() {
        attachCoordinator();
        Transfer transfer = TestPeer.transfer(0, nextId++);
        transfer.setSettled(true);
        peer.send(0, transfer, encoded(new Declare()));
        peer.expectDetach("amqp:invalid-field");
    }

    @Test
    void thereIsALimitToOpenTransactions() {
        broker.limits = AmqpLimits.DEFAULT.withTransactions(new TransactionLimits(2, 10, 1000, 0));
        peer = TestPeer.begun(broker);
        attachCoordinator();
        Binary first = declare();
        declare();
        Rejected third = assertInstanceOf(Rejected.class, request(0, new Declare()));
        assertEquals(
                Symbol.valueOf("amqp:resource-limit-exceeded"), third.getError().getCondition());
        commit(first);
        declare();
    }

    // ---- unknown ids

    @Test
    void theDischargeOfAnUnknownTransactionIsRejected() {
        attachCoordinator();
        Binary id = declare();
        commit(id);
        refusedCommit(id, "amqp:transaction:unknown-id");
        refusedCommit(new Binary(new byte[] {1, 2, 3}), "amqp:transaction:unknown-id");
        declare();
    }

    @Test
    void whereTheSourceHasNoRejectedTheLinkEnds() {
        attachCoordinator(0, Accepted.DESCRIPTOR_SYMBOL);
        peer.send(0, TestPeer.transfer(0, nextId++), encoded(discharge(new Binary(new byte[8]), false)));
        peer.expectDetach("amqp:transaction:unknown-id");
    }

    @Test
    void aTransactionIsDischargedOverTheLinkThatDeclaredIt() {
        attachCoordinator();
        attachCoordinator(5, Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL);
        Binary id = declare(0);
        assertInstanceOf(Rejected.class, request(5, discharge(id, false)));
        commit(id);
    }

    @Test
    void aTransferInAnUnknownTransactionIsRejected() {
        peer.attachSender(1, "in", "q");
        post(1, new Binary(new byte[8]), "x");
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        assertEquals(
                Symbol.valueOf("amqp:transaction:unknown-id"),
                rejected.getError().getCondition());
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void aTransferInAnUnknownTransactionEndsALinkThatHasNoRejected() {
        Attach sender = TestPeer.sender(1, "in", "q");
        ((Source) sender.getSource()).setOutcomes(Accepted.DESCRIPTOR_SYMBOL);
        peer.send(0, sender);
        peer.expect(Attach.class);
        post(1, new Binary(new byte[8]), "x");
        peer.expectDetach("amqp:transaction:unknown-id");
    }

    @Test
    void aSettledTransferInAnUnknownTransactionEndsItsLink() {
        peer.attachSender(1, "in", "q");
        Transfer transfer = transferIn(1, new Binary(new byte[8]));
        transfer.setSettled(true);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectDetach("amqp:transaction:unknown-id");
    }

    @Test
    void anOutcomeInAnUnknownTransactionEndsItsLink() {
        fill("q", "a");
        receive(3, "q", 1);
        dispose(0, 0, true, in(new Binary(new byte[8]), Accepted.getInstance()));
        peer.expectDetach("amqp:transaction:unknown-id");
        assertEquals(List.of("a"), drain("q"));
    }

    // ---- posting

    @Test
    void whatIsPostedIsSeenAfterTheCommit() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        peer.attachSender(2, "in2", "r");
        Binary id = declare();
        postAccepted(1, id, "a");
        postAccepted(2, id, "b");
        postAccepted(1, id, "c");
        assertEquals(0, broker.status("q").messages());
        commit(id);
        assertEquals(List.of("a", "c"), drain("q"));
        assertEquals(List.of("b"), drain("r"));
    }

    @Test
    void whatIsPostedAndRolledBackIsGone() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        Binary id = declare();
        postAccepted(1, id, "a");
        rollBack(id);
        assertEquals(0, broker.status("q").messages());
        peer.expectNothing();
    }

    @Test
    void onlyWhatNamesTheTransactionIsInIt() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        Binary id = declare();
        postAccepted(1, id, "a");
        peer.send(0, TestPeer.transfer(1, nextId++), TestPeer.message("b"));
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
        assertEquals(1, broker.status("q").messages());
        rollBack(id);
        assertEquals(List.of("b"), drain("q"));
    }

    @Test
    void settledTransfersAreInItAsWell() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        Binary id = declare();
        Transfer transfer = transferIn(1, id);
        transfer.setSettled(true);
        peer.send(0, transfer, TestPeer.message("a"));
        peer.expectNothing();
        assertEquals(0, broker.status("q").messages());
        commit(id);
        assertEquals(List.of("a"), drain("q"));
    }

    @Test
    void aMessageInManyTransfersIsInTheTransactionOfItsFirst() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        Binary id = declare();
        byte[] message = TestPeer.message("long");
        Transfer first = transferIn(1, id);
        first.setMore(true);
        peer.send(0, first, Arrays.copyOf(message, 6));
        Transfer rest = new Transfer();
        rest.setHandle(first.getHandle());
        peer.send(0, rest, Arrays.copyOfRange(message, 6, message.length));
        assertEquals(Accepted.getInstance(), answerIn(id).getOutcome());
        commit(id);
        assertEquals(List.of("long"), drain("q"));
    }

    @Test
    void anAbortedTransferIsInNoTransaction() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        Binary id = declare();
        Transfer first = transferIn(1, id);
        first.setMore(true);
        peer.send(0, first, new byte[10]);
        Transfer abort = new Transfer();
        abort.setHandle(first.getHandle());
        abort.setAborted(true);
        peer.send(0, abort);
        commit(id);
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void theAnonymousTerminusPostsToSeveralQueues() {
        attachCoordinator();
        peer.send(0, TestPeer.sender(1, "in", null));
        peer.expect(Attach.class);
        Binary id = declare();
        for (String queue : List.of("q", "r", "auto.new")) {
            Message message = Message.Factory.create();
            message.setAddress(queue);
            message.setBody(new AmqpValue("to " + queue));
            peer.send(0, transferIn(1, id), encode(message));
            assertEquals(Accepted.getInstance(), answerIn(id).getOutcome());
        }
        commit(id);
        for (String queue : List.of("q", "r", "auto.new")) {
            assertEquals(1, broker.status(queue).messages(), queue);
        }
    }

    @Test
    void whereAMessageIsRefusedTheCommitIsARollback() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        peer.send(0, TestPeer.sender(2, "anonymous", null));
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        Binary id = declare();
        postAccepted(1, id, "a");
        Message message = Message.Factory.create();
        message.setAddress("nowhere");
        message.setBody(new AmqpValue("x"));
        peer.send(0, transferIn(2, id), encode(message));
        Rejected rejected = assertInstanceOf(Rejected.class, answerIn(id).getOutcome());
        assertEquals(Symbol.valueOf("amqp:not-found"), rejected.getError().getCondition());
        post(2, id, "without to");
        assertInstanceOf(Rejected.class, answerIn(id).getOutcome());

        Rejected commit = refusedCommit(id, "amqp:transaction:rollback");
        assertTrue(commit.getError().getDescription().contains("nowhere"), commit.getError()::getDescription);
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void aFullQueueRollsBack() {
        broker.declare(QueueDefinition.named("full").withLimits(ONE));
        attachCoordinator();
        peer.attachSender(1, "in", "full");
        Binary id = declare();
        postAccepted(1, id, "a");
        postAccepted(1, id, "b");
        Rejected commit = refusedCommit(id, "amqp:transaction:rollback");
        assertEquals("full", commit.getError().getInfo().get(Symbol.valueOf("queue")));
        Binary second = declare();
        postAccepted(1, second, "a");
        commit(second);
        Binary third = declare();
        post(1, third, "b");
        assertInstanceOf(Rejected.class, answerIn(third).getOutcome());
        rollBack(third);
    }

    @Test
    void qpidJmsHearsOfARollbackInItsOwnWay() {
        peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        Open open = TestPeer.openFrame();
        open.setProperties(Map.of(Symbol.valueOf("product"), "QpidJMS"));
        peer.send(0, open);
        peer.send(0, TestPeer.begin());
        attachCoordinator();
        peer.send(0, TestPeer.sender(2, "anonymous", null));
        peer.nextOf(Attach.class);
        Binary id = declare();
        post(2, id, "without to");
        assertInstanceOf(Rejected.class, answerIn(id).getOutcome());
        refusedCommit(id, "amqp:precondition-failed");
    }

    @Test
    void aTransactionHasALimitOfBytes() {
        broker.limits = AmqpLimits.DEFAULT.withTransactions(new TransactionLimits(2, 10, 1000, 0));
        peer = TestPeer.begun(broker);
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        Binary id = declare();
        postAccepted(1, id, "x".repeat(600));
        post(1, id, "x".repeat(600));
        Rejected rejected = assertInstanceOf(Rejected.class, answerIn(id).getOutcome());
        assertEquals(
                Symbol.valueOf("amqp:resource-limit-exceeded"),
                rejected.getError().getCondition());
        assertEquals("maxTransactionBytes", rejected.getError().getInfo().get(Symbol.valueOf("reason")));
        refusedCommit(id, "amqp:transaction:rollback");
    }

    @Test
    void receiverSettlesSecondIsHeardInATransaction() {
        attachCoordinator();
        Attach sender = TestPeer.sender(1, "in", "q");
        sender.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, sender);
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        Binary id = declare();
        post(1, id, "a");
        Disposition answer = peer.nextOf(Disposition.class);
        assertFalse(answer.getSettled());
        assertInstanceOf(TransactionalState.class, answer.getState());
        int delivery = answer.getFirst().intValue();
        peer.send(0, TestPeer.disposition(Role.SENDER, delivery, delivery, true, null));
        commit(id);
        assertEquals(List.of("a"), drain("q"));
    }

    @Test
    void theSenderMayDetachBeforeTheCommit() {
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        Binary id = declare();
        postAccepted(1, id, "a");
        peer.send(0, TestPeer.detach(1, true));
        peer.nextOf(Detach.class);
        commit(id);
        assertEquals(List.of("a"), drain("q"));
    }

    @Test
    void aLargeMessageIsInATransaction() {
        broker.thresholdBytes = 1000;
        peer = TestPeer.begun(broker);
        attachCoordinator();
        peer.attachSender(1, "in", "q");
        for (boolean fail : new boolean[] {true, false}) {
            Binary id = declare();
            byte[] message = TestPeer.message("y".repeat(5000));
            for (int from = 0; from < message.length; from += 2500) {
                Transfer transfer;
                if (from == 0) {
                    transfer = transferIn(1, id);
                } else {
                    transfer = new Transfer();
                    transfer.setHandle(org.apache.qpid.proton.amqp.UnsignedInteger.ONE);
                }
                transfer.setMore(from + 2500 < message.length);
                peer.pipelined(0, transfer, Arrays.copyOfRange(message, from, Math.min(message.length, from + 2500)));
            }
            // The body is not on the disk yet, and the discharge waits for it.
            peer.pipelined(0, TestPeer.transfer(0, nextId++), encoded(discharge(id, fail)));
            assertEquals(Accepted.getInstance(), answerIn(id).getOutcome());
            assertInstanceOf(Accepted.class, peer.nextOf(Disposition.class).getState());
            assertEquals(fail ? 0 : 1, broker.status("q").messages());
            assertEquals(fail ? 0 : 1, broker.bodies.present.size());
        }
        peer.attachReceiverNext(3, "out", "q");
        peer.send(0, TestPeer.credit(3, 0, 1));
        byte[] all = peer.joined(peer.transfers());
        assertArrayEquals("y".repeat(5000).getBytes(), TestPeer.body(all).getBytes());
    }

    @Test
    void managementIsInNoTransaction() {
        broker.nodes.put("$node", (message, replyTo, replies) -> {
            throw new AssertionError("a request in a transaction");
        });
        attachCoordinator();
        peer.attachSender(1, "in", "$node");
        Binary id = declare();
        post(1, id, "a");
        Rejected rejected = assertInstanceOf(Rejected.class, answerIn(id).getOutcome());
        assertEquals(Symbol.valueOf("amqp:not-implemented"), rejected.getError().getCondition());
        refusedCommit(id, "amqp:transaction:rollback");
    }

    // ---- retirement

    @Test
    void anOutcomeIsAppliedByTheCommit() {
        fill("q", "a", "b", "c");
        attachCoordinator();
        receive(3, "q", 3);
        Binary id = declare();
        dispose(0, 1, true, in(id, Accepted.getInstance()));
        peer.expectNothing();
        assertEquals(3, broker.status("q").messages());
        assertEquals(3, broker.status("q").unsettled());
        commit(id);
        assertEquals(1, broker.status("q").messages());
        peer.expectNothing();
    }

    @Test
    void anUnsettledOutcomeIsSettledByTheCommit() {
        fill("q", "a", "b");
        attachCoordinator();
        receive(3, "q", 2);
        Binary id = declare();
        dispose(0, 1, false, in(id, Accepted.getInstance()));
        peer.expectNothing();
        peer.send(0, TestPeer.transfer(0, nextId++), encoded(discharge(id, false)));
        Disposition settled = peer.nextOf(Disposition.class);
        assertEquals(Role.SENDER, settled.getRole());
        assertTrue(settled.getSettled());
        assertEquals(Accepted.getInstance(), settled.getState());
        assertEquals(1, settled.getLast().intValue());
        assertInstanceOf(Accepted.class, peer.nextOf(Disposition.class).getState());
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void everyOutcomeInOneCommit() {
        broker.declare(QueueDefinition.named("dead"));
        broker.declare(
                QueueDefinition.named("w").withDeadLetter(new DeadLetter(Optional.of("dead"), Optional.empty(), 5)));
        fill("w", "accepted", "rejected", "released", "modified");
        attachCoordinator();
        receive(3, "w", 4);
        Binary id = declare();
        Rejected rejected = new Rejected();
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        modified.setMessageAnnotations(Map.of(Symbol.valueOf("x-opt-why"), "because"));
        dispose(0, 0, true, in(id, Accepted.getInstance()));
        dispose(1, 1, true, in(id, rejected));
        dispose(2, 2, true, in(id, Released.getInstance()));
        dispose(3, 3, true, in(id, modified));
        assertEquals(0, broker.status("dead").messages());
        commit(id);
        assertEquals(List.of("released", "modified"), drain("w"));
        assertEquals(List.of("rejected"), drain("dead"));
    }

    @Test
    void aRollbackGivesBackWhatWasSettledInOrderAndCounted() {
        fill("q", "a", "b", "c");
        attachCoordinator();
        receive(3, "q", 3);
        Binary id = declare();
        dispose(0, 1, true, in(id, Accepted.getInstance()));
        rollBack(id);
        // As Qpid JMS does: what was not delivered to the application is released, then credit comes.
        dispose(2, 2, true, Released.getInstance());
        peer.send(0, TestPeer.credit(3, 3, 3));
        List<TestPeer.Frame> again = peer.transfers();
        assertEquals(
                List.of("a", "b", "c"),
                again.stream().map(frame -> TestPeer.body(frame.payload())).toList());
        assertEquals(
                List.of(1, 1, 0),
                again.stream().map(Section4_TransactionTest::deliveryCount).toList());
    }

    @Test
    void aRollbackGivesBackByTheDefaultOutcome() {
        fill("q", "a");
        attachCoordinator();
        Attach receiver = TestPeer.receiver(3, "out", "q");
        ((Source) receiver.getSource()).setDefaultOutcome(Released.getInstance());
        peer.send(0, receiver);
        peer.expect(Attach.class);
        peer.send(0, TestPeer.credit(3, 0, 1));
        peer.transfers();
        Binary id = declare();
        dispose(0, 0, true, in(id, Accepted.getInstance()));
        rollBack(id);
        peer.send(0, TestPeer.credit(3, 1, 1));
        assertEquals(0, deliveryCount(peer.transfers().get(0)));
    }

    @Test
    void aRollbackLeavesWhatIsUnsettledWithItsConsumer() {
        fill("q", "a", "b");
        attachCoordinator();
        receive(3, "q", 2);
        Binary id = declare();
        dispose(0, 1, false, in(id, Accepted.getInstance()));
        rollBack(id);
        assertEquals(2, broker.status("q").unsettled());
        // As python-qpid-proton does.
        dispose(0, 0, true, Released.getInstance());
        assertEquals(1, broker.status("q").unsettled());
        Binary second = declare();
        dispose(1, 1, true, in(second, Accepted.getInstance()));
        commit(second);
        assertEquals(List.of("a"), drain("q"));
    }

    @Test
    void settledWithoutANewOutcomeAfterARollbackIsReleased() {
        fill("q", "a");
        attachCoordinator();
        receive(3, "q", 1);
        Binary id = declare();
        dispose(0, 0, false, in(id, Accepted.getInstance()));
        rollBack(id);
        dispose(0, 0, true, null);
        peer.expectNothing();
        assertEquals(List.of("a"), drain("q"));
    }

    @Test
    void settledLaterInTheSameTransaction() {
        fill("q", "a");
        attachCoordinator();
        receive(3, "q", 1);
        Binary id = declare();
        dispose(0, 0, false, in(id, Accepted.getInstance()));
        dispose(0, 0, true, null);
        commit(id);
        peer.expectNothing();
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void aPlainOutcomeTakesTheDeliveryOutOfTheTransaction() {
        fill("q", "a", "b");
        attachCoordinator();
        receive(3, "q", 2);
        Binary id = declare();
        dispose(0, 1, false, in(id, Accepted.getInstance()));
        dispose(0, 0, true, Accepted.getInstance());
        assertEquals(1, broker.status("q").messages());
        rollBack(id);
        assertEquals(1, broker.status("q").unsettled());
    }

    @Test
    void aDeliveryIsInOneTransaction() {
        fill("q", "a");
        attachCoordinator();
        receive(3, "q", 1);
        dispose(0, 0, false, in(declare(), Accepted.getInstance()));
        dispose(0, 0, false, in(declare(), Accepted.getInstance()));
        peer.expectDetach("amqp:illegal-state");
    }

    @Test
    void theReceiverMayDetachBeforeTheCommit() {
        fill("q", "a", "b", "c");
        attachCoordinator();
        receive(3, "q", 3);
        Binary id = declare();
        dispose(0, 0, true, in(id, Accepted.getInstance()));
        dispose(1, 1, false, in(id, Accepted.getInstance()));
        peer.send(0, TestPeer.detach(3, true));
        peer.nextOf(Detach.class);
        assertEquals(List.of("c"), drain("q"));
        commit(id);
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void theReceiverMayDetachBeforeTheRollback() {
        fill("q", "a", "b", "c");
        attachCoordinator();
        receive(3, "q", 3);
        Binary id = declare();
        dispose(0, 0, true, in(id, Accepted.getInstance()));
        dispose(1, 1, false, in(id, Accepted.getInstance()));
        peer.send(0, TestPeer.detach(3, true));
        peer.nextOf(Detach.class);
        rollBack(id);
        assertEquals(List.of("a", "b", "c"), drain("q"));
    }

    @Test
    void aLargeMessageIsAcceptedBeforeItsEnd() {
        broker.thresholdBytes = 1000;
        peer = TestPeer.begun(broker);
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "fill", "q");
        byte[] message = TestPeer.message("z".repeat(200_000));
        for (int from = 0; from < message.length; from += 50_000) {
            int to = Math.min(message.length, from + 50_000);
            Transfer part = TestPeer.transfer(0, 0);
            part.setMore(to < message.length);
            other.send(0, part, Arrays.copyOfRange(message, from, to));
        }
        attachCoordinator();
        Binary id = declare();
        peer.attachReceiverNext(3, "out", "q");
        Flow narrow = TestPeer.credit(3, 0, 1);
        narrow.setIncomingWindow(org.apache.qpid.proton.amqp.UnsignedInteger.ONE);
        peer.send(0, narrow);
        assertEquals(1, peer.transfers().size(), "begun");
        dispose(0, 0, true, in(id, Accepted.getInstance()));
        peer.send(0, TestPeer.sessionFlow());
        assertEquals(1, broker.status("q").messages());
        commit(id);
        assertEquals(0, broker.status("q").messages());
        assertEquals(0, broker.bodies.present.size());
    }

    @Test
    void acquisitionInATransactionIsRefused() {
        fill("q", "a");
        attachCoordinator();
        peer.attachReceiverNext(3, "out", "q");
        Flow flow = TestPeer.credit(3, 0, 1);
        flow.setProperties(Map.of(Symbol.valueOf("txn-id"), declare()));
        peer.send(0, flow);
        peer.expectDetach("amqp:not-implemented");
        assertEquals(List.of("a"), drain("q"));
    }

    // ---- the end nobody asked for

    private Binary movedFromQToR() {
        fill("q", "a");
        attachCoordinator();
        peer.attachSender(1, "in", "r");
        receive(3, "q", 1);
        Binary id = declare();
        postAccepted(1, id, "b");
        dispose(0, 0, true, in(id, Accepted.getInstance()));
        return id;
    }

    private void nothingHappened() {
        assertEquals(List.of("a"), drain("q"));
        assertEquals(0, broker.status("r").messages());
    }

    @Test
    void aCoordinatorThatDetachesRollsBack() {
        movedFromQToR();
        peer.send(0, TestPeer.detach(0, true));
        peer.nextOf(Detach.class);
        nothingHappened();
    }

    @Test
    void aSessionThatEndsRollsBack() {
        movedFromQToR();
        peer.send(0, new End());
        peer.nextOf(End.class);
        nothingHappened();
    }

    @Test
    void aConnectionThatIsLostRollsBack() {
        movedFromQToR();
        peer.connection.lost();
        broker.run();
        nothingHappened();
    }

    @Test
    void aDischargeThatCameBeforeTheLossIsDone() {
        Binary id = movedFromQToR();
        peer.pipelined(0, TestPeer.transfer(0, nextId++), encoded(discharge(id, false)));
        peer.connection.lost();
        broker.run();
        assertEquals(0, broker.status("q").messages());
        assertEquals(List.of("b"), drain("r"));
    }

    @Test
    void oneThatTakesTooLongIsRolledBackAndItsCoordinatorSaysWhy() {
        broker.limits = AmqpLimits.DEFAULT.withTransactions(new TransactionLimits(10, 10, 1000, 700));
        peer = TestPeer.begun(broker);
        Binary id = movedFromQToR();
        broker.nowMillis += 600;
        assertTrue(peer.connection.tick(broker.nowMillis) <= broker.nowMillis + 100);
        peer.expectNothing();
        broker.nowMillis += 100;
        peer.connection.tick(broker.nowMillis);
        peer.expectDetach("amqp:transaction:timeout");
        // What was under way meanwhile costs no link.
        post(1, id, "late");
        Rejected late = assertInstanceOf(Rejected.class, answerIn(id).getOutcome());
        assertEquals(Symbol.valueOf("amqp:transaction:timeout"), late.getError().getCondition());
        peer.send(0, TestPeer.credit(3, 1, 1));
        assertEquals(1, deliveryCount(peer.transfers().get(0)));
        dispose(1, 1, true, in(id, Accepted.getInstance()));
        peer.expectNothing();
        peer.send(0, TestPeer.detach(0, true));
        attachCoordinator(6, Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL);
        Rejected unknown = assertInstanceOf(Rejected.class, request(6, discharge(id, false)));
        assertEquals(
                Symbol.valueOf("amqp:transaction:unknown-id"),
                unknown.getError().getCondition());
        assertEquals(0, broker.status("r").messages());
    }

    @Test
    void tooManySettlementsEndTheCoordinator() {
        broker.limits = AmqpLimits.DEFAULT.withTransactions(new TransactionLimits(10, 2, 1000, 0));
        peer = TestPeer.begun(broker);
        fill("q", "a", "b", "c");
        attachCoordinator();
        receive(3, "q", 3);
        dispose(0, 2, true, in(declare(), Accepted.getInstance()));
        peer.expectDetach("amqp:resource-limit-exceeded");
        assertEquals(3, broker.status("q").messages());
    }

    @Test
    void coordinatorsOfTheSameNameOnTwoConnectionsLive() {
        attachCoordinator();
        TestPeer other = TestPeer.begun(broker);
        other.send(0, coordinatorFrame(0, Rejected.DESCRIPTOR_SYMBOL));
        assertInstanceOf(Coordinator.class, other.expect(Attach.class).getTarget());
        commit(declare());
    }

    @Test
    void aTransactionSpansSessions() {
        attachCoordinator();
        Binary id = declare();
        peer.send(1, TestPeer.begin());
        peer.nextOf(Begin.class);
        peer.send(1, TestPeer.sender(0, "in", "q"));
        assertNull(((Target) peer.nextOf(Attach.class).getTarget()).getDynamicNodeProperties());
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setState(in(id, null));
        peer.send(1, transfer, TestPeer.message("a"));
        assertEquals(Accepted.getInstance(), answerIn(id).getOutcome());
        commit(id);
        assertEquals(List.of("a"), drain("q"));
    }
}
