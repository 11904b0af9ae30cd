package io.sluice.amqp;

import io.sluice.broker.Refusal;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.engine.Link;

/**
 * One link as its frames show it: what the peer may send and what it was told. The engine keeps the same numbers but checks
 * none of them. Counts are serial numbers of 32 bits (RFC 1982, AMQP 1.0 §2.8.10): only differences are compared.
 */
final class PeerLink {
    private static final long STREAM_BYTES = 1 << 20;

    final String name;
    final boolean peerSends;
    final PeerHandles.Handle handle;

    private final ReceiverSettleMode receiverSettleMode;
    /** The sender of the link sends everything settled. */
    final boolean presettled;

    final LinkCount count;
    private final FirstTransfer current = new FirstTransfer();
    private final Credit credit = new Credit();
    /** Id of a delivery of ours that has begun and not ended; null when there is none. */
    private UnsignedInteger partlySent;
    /** The engine's object; null until it has made one. */
    Link link;
    /** Ours; null until the attach is answered and after the detach. */
    UnsignedInteger localHandle;
    /** Our attach was sent. */
    boolean answered;
    /** We sent or decided on a detach: what still comes is to be dropped. */
    boolean closed;
    /** What is left of it from before. */
    final UnsettledMap unsettled;

    PeerLink(Attach attach, PeerHandles.Handle handle, LinkCount count) {
        this.count = count;
        this.unsettled = new UnsettledMap(attach);
        this.name = attach.getName();
        this.peerSends = attach.getRole() == Role.SENDER;
        this.handle = handle;
        this.receiverSettleMode = attach.getRcvSettleMode();
        this.presettled = attach.getSndSettleMode() == SenderSettleMode.SETTLED;
        if (peerSends) {
            credit.deliveryCount = attach.getInitialDeliveryCount().intValue();
            credit.limit = credit.deliveryCount;
        }
    }

    /** That of the engine's link. */
    static PeerLink of(Link engines) {
        return engines.attachments().get(PeerLink.class, PeerLink.class);
    }

    /** What was sent, and may be. */
    private static final class Credit {
        int deliveryCount;
        int limit;
        /** By the peer, which receives. */
        boolean wasGiven;
    }

    /** The delivery whose transfers are coming in. */
    private static final class FirstTransfer {
        boolean underWay;
        boolean resumed;
        /** And we have it. */
        boolean known;

        int deliveryId;
        UnsignedInteger messageFormat;
        long bytes;
        long transfers;
    }

    boolean startsDelivery() {
        return !current.underWay;
    }

    /** Why the session cannot go on after this transfer, null if it can (§2.7.5). */
    ErrorCondition sessionErrorOf(Transfer transfer) {
        UnsignedInteger id = transfer.getDeliveryId();
        if (current.underWay) {
            return id == null || id.intValue() == current.deliveryId
                    ? null
                    : invalid("delivery-id changed inside a delivery on link '" + name + "'");
        }
        if (id == null) {
            return invalid("the first transfer of a delivery on link '" + name + "' has no delivery-id");
        }
        if (transfer.getDeliveryTag() == null || transfer.getDeliveryTag().getLength() > UnsettledMap.MAX_TAG_BYTES) {
            return invalid(
                    "the first transfer of a delivery on link '" + name + "' needs a delivery-tag of 0 to 32 bytes");
        }
        return null;
    }

    /** Why the link cannot go on after this transfer, null if it can. */
    ErrorCondition linkErrorOf(Transfer transfer) {
        if (transfer.getRcvSettleMode() == ReceiverSettleMode.SECOND
                && receiverSettleMode != ReceiverSettleMode.SECOND) {
            return invalid("rcv-settle-mode second on a link negotiated first");
        }
        if (!current.underWay && unsettled.isIncomplete() && !transfer.getResume()) {
            String text = "not all that is unsettled on link '" + name
                    + "' could be told: it takes no new deliveries before it is attached again";
            return Conditions.of(Refusal.Kind.ILLEGAL_STATE, text);
        }
        if (!current.underWay) {
            return credit.limit - credit.deliveryCount > 0
                    ? null
                    : Conditions.of(
                            Conditions.LINK_TRANSFER_LIMIT_EXCEEDED,
                            "a transfer on link '" + name + "' without credit");
        }
        UnsignedInteger format = transfer.getMessageFormat();
        return format == null || format.equals(current.messageFormat)
                ? null
                : invalid("message-format changed inside a delivery on link '" + name + "'");
    }

    private static ErrorCondition invalid(String text) {
        return Conditions.of(Symbol.valueOf("amqp:invalid-field"), text);
    }

    /** @param bytes of the payload */
    void received(Transfer transfer, int bytes) {
        if (!current.underWay) {
            current.underWay = true;
            current.resumed = transfer.getResume();
            current.known = current.resumed && unsettled.knows(transfer.getDeliveryTag());
            current.deliveryId = transfer.getDeliveryId().intValue();
            UnsignedInteger format = transfer.getMessageFormat();
            current.messageFormat = format == null ? UnsignedInteger.ZERO : format;
            current.bytes = 0;
            current.transfers = 0;
        }
        current.bytes += bytes;
        current.transfers++;
        boolean ends = !transfer.getMore() || transfer.getAborted();
        count.transfer(bytes, ends && !transfer.getAborted());
        if (ends) {
            current.underWay = false;
            credit.deliveryCount++;
        }
    }

    /** Whether the transfer is of a delivery that the peer resumes (§2.6.13). */
    boolean resumes(Transfer transfer) {
        return current.underWay ? current.resumed : transfer.getResume();
    }

    /** Whether it is of one that is not ours to resume: it is to be ignored (§2.7.5). */
    boolean ignores(Transfer transfer) {
        return resumes(transfer) && !(current.underWay ? current.known : unsettled.knows(transfer.getDeliveryTag()));
    }

    /** Whether the delivery whose transfer came last is one that the peer resumes and we have. */
    boolean isResuming() {
        return current.known;
    }

    /** Of the delivery that is coming in. */
    int deliveryId() {
        return current.deliveryId;
    }

    /** Whether the delivery that is coming in is longer than a window should let it run on. */
    boolean streams() {
        return current.underWay && current.bytes > STREAM_BYTES;
    }

    /** Of the delivery that is coming in. */
    long averageTransferBytes() {
        return Math.max(1, current.bytes / current.transfers);
    }

    /** Id of a delivery of ours that has begun and not ended; null when there is none. */
    UnsignedInteger partlySent() {
        return partlySent;
    }

    /** @param bytes of the payload */
    void sent(Transfer transfer, int bytes) {
        count.transfer(bytes, !transfer.getMore() && !transfer.getAborted());
        partlySent = transfer.getMore() ? transfer.getDeliveryId() : null;
        if (!transfer.getMore()) {
            credit.deliveryCount++;
        }
    }

    /** Our own flow frame. */
    void sent(Flow flow) {
        if (peerSends) {
            credit.limit =
                    flow.getDeliveryCount().intValue() + flow.getLinkCredit().intValue();
        } else {
            credit.deliveryCount = flow.getDeliveryCount().intValue();
        }
    }

    /** The sending peer's flow: it may have used up credit without sending (§2.6.7). */
    void senderFlow(Flow flow) {
        int count = flow.getDeliveryCount().intValue();
        if (count - credit.deliveryCount > 0) {
            credit.deliveryCount = count;
        }
    }

    /**
     * The receiving peer's flow, with its credit cut to what the engine's signed numbers bear: not beyond 2^31-1, and not behind
     * what has been sent already, or begun.
     */
    void receiverFlow(Flow flow) {
        UnsignedInteger known = flow.getDeliveryCount();
        int from = known == null ? 0 : known.intValue();
        int asked = (int) Math.min(flow.getLinkCredit().longValue(), Integer.MAX_VALUE - 1);
        // What has begun goes on without: it had its credit.
        int used = credit.deliveryCount + (partlySent == null ? 0 : 1);
        if (from + asked - used < 0) {
            asked = Math.max(0, used - from);
        }
        credit.limit = from + asked;
        credit.wasGiven |= asked > 0;
        flow.setLinkCredit(UnsignedInteger.valueOf(asked));
    }

    /** Whether the peer, which receives, has ever given credit. */
    boolean hadCredit() {
        return credit.wasGiven;
    }

    /** Our side of the link for an answer to {@code echo}. */
    void describe(Flow flow) {
        flow.setHandle(localHandle);
        flow.setDeliveryCount(UnsignedInteger.valueOf(credit.deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(Math.max(0, credit.limit - credit.deliveryCount)));
        flow.setDrain(link != null && link.getDrain());
    }
}
