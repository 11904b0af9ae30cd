package io.sluice.amqp;

import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;

/**
 * A receiver may settle a delivery it has a part of (AMQP 1.0 §2.6.12). The engine then forgets a delivery whose end it has not
 * sent, and the link hangs in the middle of it: so the engine is told the outcome of such a delivery, but not that it is settled.
 */
final class EarlySettlement {
    /** Stands for "settled, no outcome named" where the engine is not told of the settlement. */
    static final DeliveryState WITHOUT_OUTCOME = () -> null;

    private EarlySettlement() {}

    /**
     * The same said in pieces.
     *
     * @param settling a disposition that settles
     * @param begun ids of deliveries that have begun and not ended, in no order
     */
    static List<Disposition> split(Disposition settling, List<Integer> begun) {
        return begun.isEmpty() ? List.of(settling) : pieces(settling, begun, true);
    }

    /**
     * The same without the deliveries that have begun: of one whose end is still to come the engine is not to hear yet. Its sender
     * has settled it, so that nobody waits for what is answered at its end.
     *
     * @param settling a sender's disposition that settles
     */
    static List<Disposition> without(Disposition settling, List<Integer> begun) {
        return begun.isEmpty() ? List.of(settling) : pieces(settling, begun, false);
    }

    private static List<Disposition> pieces(Disposition settling, List<Integer> begun, boolean early) {
        int first = settling.getFirst().intValue();
        UnsignedInteger end = settling.getLast();
        // Ids are serial numbers (RFC 1982): only differences are compared.
        int length = end == null ? 0 : end.intValue() - first;
        List<Integer> inside = new ArrayList<>();
        for (int id : begun) {
            if (id - first >= 0 && id - first <= length) {
                inside.add(id - first);
            }
        }
        inside.sort(null);
        List<Disposition> pieces = new ArrayList<>();
        int from = 0;
        for (int offset : inside) {
            if (offset > from) {
                pieces.add(piece(settling, first + from, first + offset - 1));
            }
            if (early) {
                Disposition piece = piece(settling, first + offset, first + offset);
                piece.setSettled(false);
                piece.setState(settling.getState() == null ? WITHOUT_OUTCOME : settling.getState());
                pieces.add(piece);
            }
            from = offset + 1;
        }
        if (from <= length) {
            pieces.add(piece(settling, first + from, first + length));
        }
        return pieces;
    }

    private static Disposition piece(Disposition of, int first, int last) {
        Disposition piece = new Disposition();
        piece.setRole(of.getRole());
        piece.setFirst(UnsignedInteger.valueOf(first));
        piece.setLast(UnsignedInteger.valueOf(last));
        piece.setSettled(of.getSettled());
        piece.setState(of.getState());
        piece.setBatchable(of.getBatchable());
        return piece;
    }
}
