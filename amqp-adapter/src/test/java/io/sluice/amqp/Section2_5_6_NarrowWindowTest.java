package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who sends settled and without waiting, beside a large message of the same session, for which the session's window is narrow. */
class Section2_5_6_NarrowWindowTest {
    private static final int TRANSFER_BYTES = 60_000;
    /** Of the large message, before the window is looked at. */
    private static final int FIRST_TRANSFERS = 20;

    private static final byte[] LARGE = TestPeer.message("0123456789".repeat(480_000));

    private final TestBroker broker = new TestBroker();
    private TestPeer peer;
    private int largeSent;
    private int settledSent;
    /** The session as it was told last. */
    private Flow told;

    @BeforeEach
    void aLargeMessageIsComingIn() {
        broker.thresholdBytes = 1 << 20;
        peer = TestPeer.begun(broker);
        peer.attachSender(0, "large", "q");
        Attach settled = TestPeer.sender(1, "settled", "q");
        settled.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(0, settled);
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        for (int i = 0; i < FIRST_TRANSFERS; i++) {
            partOfLarge();
        }
        peer.settle();
        told = lastFlow();
        assertTrue(told.getIncomingWindow().intValue() < 80, () -> "not narrow: " + told);
        broker.bodies.held = true;
    }

    private Flow lastFlow() {
        return (Flow) peer.frames.stream()
                .map(TestPeer.Frame::body)
                .filter(Flow.class::isInstance)
                .reduce((before, last) -> last)
                .orElseThrow();
    }

    private void partOfLarge() {
        Transfer transfer = TestPeer.transfer(0, 0);
        if (largeSent > 0) {
            transfer = new Transfer();
            transfer.setHandle(UnsignedInteger.ZERO);
        }
        int end = Math.min(LARGE.length, largeSent + TRANSFER_BYTES);
        transfer.setMore(end < LARGE.length);
        peer.pipelined(0, transfer, Arrays.copyOfRange(LARGE, largeSent, end));
        largeSent = end;
    }

    private void settledMessage() {
        Transfer transfer = TestPeer.transfer(1, ++settledSent);
        transfer.setSettled(true);
        peer.pipelined(0, transfer, TestPeer.message("m" + settledSent));
    }

    private void assertAllOfItIsTaken() {
        peer.settle();
        broker.bodies.held = false;
        while (largeSent < LARGE.length) {
            partOfLarge();
        }
        assertInstanceOf(Accepted.class, peer.nextOf(Disposition.class).getState());
        assertFalse(peer.closed);
        assertFalse(peer.kinds().contains("End"), peer.kinds()::toString);
        assertEquals(settledSent + 1, broker.status("q").messages());
        assertEquals(UnsignedInteger.valueOf(Integer.MAX_VALUE), lastFlow().getIncomingWindow(), "wide again");
    }

    @Test
    void toTheVeryEndOfTheWindowIsNoViolation() {
        int end = told.getNextIncomingId().intValue() + told.getIncomingWindow().intValue();
        for (int next = FIRST_TRANSFERS; next < end; next++) {
            if (next % 2 == 0) {
                settledMessage();
            } else {
                partOfLarge();
            }
        }
        assertAllOfItIsTaken();
    }

    /** The word to stay behind has not got to it: what it was told before holds. */
    @Test
    void fasterThanTheWordIsNoViolation() {
        for (int i = 0; i < 500; i++) {
            settledMessage();
        }
        assertAllOfItIsTaken();
    }
}
