package io.sluice.simulation;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.nio.charset.StandardCharsets;

/** Messages that say who sent them, and the how many-th they are: {@code name-number}. */
final class Texts {
    private Texts() {}

    static Message message(String id, int priority) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return new Message(
                bytes, 0, new Message.Header(0, true, priority, Message.NONE, Message.NONE), Annotations.EMPTY);
    }

    static String id(Message message) {
        return new String(message.encoded(), StandardCharsets.UTF_8);
    }

    static String sender(String id) {
        return id.substring(0, id.indexOf('-'));
    }

    static long number(String id) {
        return Long.parseLong(id.substring(id.indexOf('-') + 1));
    }
}
