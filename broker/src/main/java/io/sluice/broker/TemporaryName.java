package io.sluice.broker;

/**
 * Names of temporary queues and topics: given by the broker, never again. Nothing but the link that asks for a temporary node brings
 * one of these into being, whatever the patterns for automatic creation say.
 */
public final class TemporaryName {
    /** The rest is not to be guessed: who knows the name may send there. */
    public static final String PREFIX = "$temporary/";

    private static final String TOPIC = PREFIX + "topic/";

    private TemporaryName() {}

    public static boolean is(String address) {
        return address.startsWith(PREFIX);
    }

    /** Whether it is the name of a temporary topic, and not of a queue. */
    public static boolean isTopic(String address) {
        return address.startsWith(TOPIC);
    }

    /** The name of a topic that is as hard to guess as that of the queue. @param queue see {@link #is} */
    public static String topic(String queue) {
        return TOPIC + queue.substring(PREFIX.length());
    }
}
