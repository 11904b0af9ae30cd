package io.sluice.amqp.message;

/**
 * The bytes of a transfer are not a message as AMQP 1.0 §3.2 has it: the peer's fault, to be answered with
 * {@code amqp:decode-error}. The text names the section and the offset. Has no stack trace: what matters is where in the
 * message it went wrong, and a hostile peer could make us pay for thousands of traces.
 */
public final class MalformedMessageException extends Exception {
    MalformedMessageException(String text) {
        super(text, null, false, false);
    }
}
