package io.sluice.broker;

/**
 * What ends a temporary queue (AMQP 1.0 §3.5.10 to §3.5.13). "The link" is the one that created it. Whatever is asked for, the end
 * of the link's connection ends it too: nobody else may consume what is in it.
 */
public enum Lifetime {
    /** The link ends. */
    DELETE_ON_CLOSE,
    /** The link has ended, and no other link is attached. */
    DELETE_ON_NO_LINKS,
    /** The link has ended, and there is no message. */
    DELETE_ON_NO_MESSAGES,
    /** The link has ended, no other link is attached, and there is no message. */
    DELETE_ON_NO_LINKS_OR_MESSAGES;

    /** Whether it stays as long as somebody is attached. */
    public boolean needsLinks() {
        return this == DELETE_ON_NO_LINKS || this == DELETE_ON_NO_LINKS_OR_MESSAGES;
    }

    /** Whether it stays as long as it holds a message. */
    public boolean needsMessages() {
        return this == DELETE_ON_NO_MESSAGES || this == DELETE_ON_NO_LINKS_OR_MESSAGES;
    }
}
