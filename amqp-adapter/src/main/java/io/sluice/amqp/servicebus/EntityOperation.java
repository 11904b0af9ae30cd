package io.sluice.amqp.servicebus;

import io.sluice.broker.Message;
import io.sluice.broker.security.Permissions.Action;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What a queue's or subscription's own {@code $management} does on request. The connection's event loop. */
interface EntityOperation {
    /** Behind {@code com.microsoft:}. */
    String name();

    /** Which permission it takes. */
    Action action();

    /**
     * What of a request the audit trail is told beside its name and entity; empty: nothing is told, for it looks, or is what applications
     * do all day.
     */
    default Optional<Map<String, String>> audited(EntityRequest request) {
        return Optional.empty();
    }

    /** @param queue the entity's, that there is */
    void run(EntityRequest request, Entity queue, EntityAnswer answer) throws EntityException;

    /**
     * A queue, or the dead letters of one.
     *
     * @param name of the queue
     * @param isOurs which of its messages are the entity's
     * @param deadLetters whether nobody sends there
     */
    record Entity(String name, Predicate<Message> isOurs, boolean deadLetters) {
        /** What of it is also this. */
        Entity and(Predicate<Message> condition) {
            return new Entity(name, isOurs.and(condition), deadLetters);
        }
    }
}
