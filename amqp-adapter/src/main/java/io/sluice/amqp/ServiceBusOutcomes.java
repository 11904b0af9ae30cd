package io.sluice.amqp;

import io.sluice.amqp.message.AnnotationCodec;
import io.sluice.amqp.servicebus.Dispositions;
import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/**
 * Outcomes as Service Bus's clients mean them: {@code modified} is an abandoned message, which counts as a failed delivery, or with
 * undeliverable-here one that is deferred; {@code rejected} is a dead letter whose reason and description are in the error's info.
 */
final class ServiceBusOutcomes {
    private ServiceBusOutcomes() {}

    static Optional<Outcome> of(Object state) {
        if (state instanceof Modified modified) {
            Annotations changes = annotations(modified.getMessageAnnotations());
            return Optional.of(
                    Boolean.TRUE.equals(modified.getUndeliverableHere())
                            ? Dispositions.deferred(changes)
                            : Dispositions.abandoned(changes));
        }
        if (state instanceof Rejected rejected) {
            return Optional.of(rejected(rejected.getError()));
        }
        return DeliveryStates.outcome(state);
    }

    private static Outcome rejected(ErrorCondition error) {
        Map<?, ?> info = error == null || error.getInfo() == null ? Map.of() : error.getInfo();
        Map<String, Object> named = new LinkedHashMap<>();
        info.forEach((key, value) -> named.put(String.valueOf(key), value));
        Object reason = named.remove("DeadLetterReason");
        Object description = named.remove("DeadLetterErrorDescription");
        boolean other = error != null
                && error.getCondition() != null
                && !error.getCondition().toString().equals("com.microsoft:dead-letter");
        String ofError = other ? error.getCondition().toString() : "";
        String text = error == null || error.getDescription() == null ? "" : error.getDescription();
        return Dispositions.deadLetter(
                reason instanceof String given ? given : ofError,
                description instanceof String given ? given : text,
                named);
    }

    /** Its keys are strings, where AMQP has symbols. */
    private static Annotations annotations(Map<?, ?> given) {
        if (given == null || given.isEmpty()) {
            return Annotations.EMPTY;
        }
        Map<Symbol, Object> named = new LinkedHashMap<>();
        given.forEach((key, value) -> named.put(Symbol.valueOf(String.valueOf(key)), value));
        return AnnotationCodec.from(named);
    }
}
