package io.sluice.broker;

import java.util.Objects;

/**
 * Who wants what of a topic. Durable itself where its identity says so: it travels in a {@code Subscribed} record. What comes in for it
 * waits in a queue of its own.
 *
 * @param identity by which it is found again
 * @param topic a topic, or a pattern of topics: {@code *} stands for one word between dots, {@code #} for any number of them
 * @param selection which of their messages it gets; looked at when they are published
 * @param noLocal whether it gets nothing that its own container published
 * @param shared whether several links may take from it, each message going to one of them
 */
public record Subscription(Identity identity, String topic, Selection selection, boolean noLocal, boolean shared) {
    /** Of names, containers and topics: what a client may make us keep. */
    public static final int MAX_NAME_LENGTH = 1024;

    public Subscription {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(selection, "selection");
        if (!QueueDefinition.isName(topic)) {
            throw new IllegalArgumentException(
                    "a topic has 1 to " + QueueDefinition.MAX_NAME_LENGTH + " characters, this has " + topic.length());
        }
    }

    /** The same with another selection. */
    public Subscription withSelection(Selection newSelection) {
        return new Subscription(identity, topic, newSelection, noLocal, shared);
    }

    /** Whether it outlives its links and the broker. */
    public boolean durable() {
        return identity.durable;
    }

    /**
     * A durable subscription and one that is not may have the same name: they are two.
     *
     * @param container container-id of the subscriber; "" for a global one, which any container may use
     * @param name within the container; "" for one that belongs to a single link and is never found again
     */
    public record Identity(String container, String name, boolean durable) {
        public Identity {
            if (container.length() > MAX_NAME_LENGTH || name.length() > MAX_NAME_LENGTH) {
                throw new IllegalArgumentException("container and name of a subscription have up to " + MAX_NAME_LENGTH
                        + " characters, these have " + container.length() + " and " + name.length());
            }
        }

        /** What {@link #ofKept} begins with: no client's shared subscription has a bar in its name. */
        private static final String KEPT = "$replay|";

        /** Of what is there to keep the last messages of a topic for later subscribers. No client has it. */
        public static Identity ofKept(String topic) {
            return new Identity("", KEPT + topic, true);
        }

        public boolean isOfKept() {
            return isGlobal() && name.startsWith(KEPT);
        }

        public boolean isNamed() {
            return !name.isEmpty();
        }

        public boolean isGlobal() {
            return container.isEmpty();
        }

        @Override
        public String toString() {
            return (isGlobal() ? "" : container + ".") + (isNamed() ? name : "(unnamed)");
        }
    }

    /**
     * Which messages pass. The broker cannot read it: a front end has written it, and compiles it again after a restart. Two are the
     * same when their texts are.
     *
     * @param text for people, and to compare; "" where every message passes
     * @param encoded what the front end needs to compile it; read only
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Selection(String text, byte[] encoded) {
        public static final Selection ALL = new Selection("", new byte[0]);
        public static final int MAX_BYTES = 1 << 18;

        public Selection {
            if (encoded.length > MAX_BYTES || text.length() > MAX_BYTES) {
                throw new IllegalArgumentException("a filter takes up to " + MAX_BYTES + " bytes");
            }
        }

        public boolean isAll() {
            return text.isEmpty();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Selection selection && text.equals(selection.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
