package io.sluice.amqp.servicebus;

import io.sluice.amqp.message.AnnotationCodec;
import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.Schedule;
import java.util.Map;
import java.util.Optional;

/** What Service Bus's dispositions are here. */
public final class Dispositions {
    private Dispositions() {}

    /** Back to its place, counted. @param changes to its annotations */
    public static Outcome abandoned(Annotations changes) {
        return changes.isEmpty() ? Outcome.FAILED : new Outcome.Modified(true, false, changes);
    }

    /** Parked, until it is asked for by its number. @param changes to its annotations */
    public static Outcome deferred(Annotations changes) {
        return new Outcome.Modified(false, false, changes, Schedule.PARKED);
    }

    /** @param reason "" for none. @param more what else is said */
    public static Outcome deadLetter(String reason, String description, Map<String, Object> more) {
        Optional<Annotations.Value> info = more.isEmpty() ? Optional.empty() : Optional.of(AnnotationCodec.value(more));
        return new Outcome.Rejected(reason, description, info);
    }
}
