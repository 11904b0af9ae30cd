package io.sluice.amqp;

import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.WritableBuffer;

/** Outcomes as AMQP names them (§3.4) and as the broker does. */
final class DeliveryStates {
    private static final int MAX_ANNOTATION_BYTES = 64 * 1024;

    private DeliveryStates() {}

    /** The outcome a consumer states; empty for anything else, such as {@code received} or a transaction's state. */
    static Optional<Outcome> outcome(Object state) {
        if (state instanceof Accepted) {
            return Optional.of(Outcome.ACCEPTED);
        }
        if (state instanceof Released) {
            return Optional.of(Outcome.RELEASED);
        }
        if (state instanceof Rejected rejected) {
            return Optional.of(rejected(rejected.getError()));
        }
        if (state instanceof Modified modified) {
            return Optional.of(modified(modified));
        }
        return Optional.empty();
    }

    /** The outcome as it is said of a delivery that is in the transaction {@code of} names (§4.4.1). */
    static DeliveryState inTransaction(DeliveryState of, DeliveryState outcome) {
        TransactionalState state = new TransactionalState();
        state.setTxnId(((TransactionalState) of).getTxnId());
        state.setOutcome((org.apache.qpid.proton.amqp.messaging.Outcome) outcome);
        return state;
    }

    /** What is said of a delivery whose transaction, if it was in one, is over. */
    static DeliveryState afterTransaction(DeliveryState state) {
        return state instanceof TransactionalState in && in.getOutcome() instanceof DeliveryState outcome
                ? outcome
                : state;
    }

    /** Whether it only tells how far the consumer got (§3.4.1). */
    static boolean isReceived(Object state) {
        return state instanceof Received;
    }

    private static Outcome rejected(ErrorCondition error) {
        if (error == null || error.getCondition() == null) {
            return new Outcome.Rejected("", "");
        }
        String text = error.getDescription();
        return new Outcome.Rejected(error.getCondition().toString(), text == null ? "" : text);
    }

    private static Outcome modified(Modified modified) {
        boolean failed = Boolean.TRUE.equals(modified.getDeliveryFailed());
        boolean notHere = Boolean.TRUE.equals(modified.getUndeliverableHere());
        Map<?, ?> annotations = modified.getMessageAnnotations();
        if (failed && !notHere && (annotations == null || annotations.isEmpty())) {
            return Outcome.FAILED;
        }
        return new Outcome.Modified(failed, notHere, annotations(annotations));
    }

    private static Annotations annotations(Map<?, ?> map) {
        if (map == null || map.isEmpty()) {
            return Annotations.EMPTY;
        }
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        map.forEach((key, value) -> values.put(String.valueOf(key), value(value)));
        return Annotations.of(values);
    }

    private static Annotations.Value value(Object value) {
        if (value instanceof String text) {
            return new Annotations.Text(text);
        }
        if (value instanceof Long number) {
            return new Annotations.Number(number);
        }
        if (value instanceof Date date) {
            return new Annotations.Timestamp(date.getTime());
        }
        return new Annotations.Encoded(encode(value));
    }

    /** Rare enough that an encoder of its own does not matter. */
    private static byte[] encode(Object value) {
        DecoderImpl decoder = new DecoderImpl();
        EncoderImpl encoder = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        ByteBuffer buffer = ByteBuffer.allocate(MAX_ANNOTATION_BYTES);
        encoder.setByteBuffer(WritableBuffer.ByteBufferWrapper.wrap(buffer));
        encoder.writeObject(value);
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }
}
