package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.nio.BufferOverflowException;
import java.util.Arrays;

/** A message that the broker itself writes, as if a peer had sent it. */
public final class AnswerMessage {
    private static final int FIRST_TRY_BYTES = 1024;

    private AnswerMessage() {}

    /** @param message with nothing that AMQP cannot carry */
    public static Message of(org.apache.qpid.proton.message.Message message) {
        for (int size = FIRST_TRY_BYTES; ; size *= 2) {
            byte[] buffer = new byte[size];
            try {
                int length = message.encode(buffer, 0, size);
                return IncomingMessage.parse(Arrays.copyOf(buffer, length), IncomingMessage.AMQP_FORMAT);
            } catch (BufferOverflowException e) {
                continue;
            } catch (MalformedMessageException e) {
                throw new IllegalStateException("an answer of our own is malformed: " + e.getMessage(), e);
            }
        }
    }
}
