package io.sluice.broker;

import java.util.Map;

/**
 * Why the broker will not do what a peer asked: the peer's fault or a limit, never a defect of ours. A front end turns
 * {@link #kind()} into its protocol's condition.
 *
 * @param kind the class of error
 * @param text one sentence for a person, naming what and where
 * @param info facts for a program (queue, limit, current …), in AMQP-friendly types (String, Long, Boolean)
 */
public record Refusal(Kind kind, String text, Map<String, Object> info) {
    /** Each names the AMQP 1.0 condition it stands for (§2.8.15, §2.8.18, §4.5.8), or that of Service Bus where AMQP has none. */
    public enum Kind {
        NOT_FOUND("amqp:not-found"),
        /** An exchange has no queue for the message; its sender hears {@code released}. */
        UNROUTABLE("amqp:not-found"),
        NOT_ALLOWED("amqp:not-allowed"),
        NOT_IMPLEMENTED("amqp:not-implemented"),
        UNAUTHORIZED("amqp:unauthorized-access"),
        PRECONDITION_FAILED("amqp:precondition-failed"),
        RESOURCE_LIMIT_EXCEEDED("amqp:resource-limit-exceeded"),
        RESOURCE_DELETED("amqp:resource-deleted"),
        RESOURCE_LOCKED("amqp:resource-locked"),
        ILLEGAL_STATE("amqp:illegal-state"),
        INVALID_FIELD("amqp:invalid-field"),
        /** Another node has it: {@code hostname}, {@code network-host}, {@code port} and {@code scheme} in the info say which (§2.8.18). */
        LINK_REDIRECT("amqp:link:redirect"),
        /** Nobody has it at the moment: to be asked for again. */
        DETACH_FORCED("amqp:link:detach-forced"),
        /** Another node takes the connection: as {@link #LINK_REDIRECT} (§2.8.15). */
        CONNECTION_REDIRECT("amqp:connection:redirect"),
        /** Nobody takes the connection at the moment: to be opened again. */
        CONNECTION_FORCED("amqp:connection:forced"),
        TRANSACTION_UNKNOWN_ID("amqp:transaction:unknown-id"),
        TRANSACTION_ROLLBACK("amqp:transaction:rollback"),
        TRANSACTION_TIMEOUT("amqp:transaction:timeout"),
        SESSION_CANNOT_BE_LOCKED("com.microsoft:session-cannot-be-locked"),
        SESSION_LOCK_LOST("com.microsoft:session-lock-lost"),
        TIMEOUT("com.microsoft:timeout"),
        INTERNAL_ERROR("amqp:internal-error");

        private final String condition;

        Kind(String condition) {
            this.condition = condition;
        }

        /** The AMQP error condition symbol. */
        public String condition() {
            return condition;
        }
    }

    public static Refusal of(Kind kind, String text) {
        return new Refusal(kind, text, Map.of());
    }
}
