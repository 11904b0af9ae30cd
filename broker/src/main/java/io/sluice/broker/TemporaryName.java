package io.sluice.broker;

/**
 * Names of temporary queues: given by the broker, never again. Nothing but the link that asks for a temporary queue brings one of
 * these into being, whatever the patterns for automatic creation say.
 */
public final class TemporaryName {
    /** The rest is not to be guessed: who knows the name may send there. */
    public static final String PREFIX = "$temporary/";

    private TemporaryName() {}

    public static boolean is(String address) {
        return address.startsWith(PREFIX);
    }
}
