package io.sluice.amqp;

import io.sluice.broker.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Who has asked for which change, and what came of it. Names and texts in it are as peers wrote them. Immutable. */
public record AuditedChange(By by, What what, Outcome outcome) {
    /**
     * The connection that asked.
     *
     * @param virtualHost the one it has opened; empty: the default one
     * @param remoteAddress host and port, of the client itself where a proxy names it
     * @param connection its number, as administrators see it
     */
    public record By(Principal user, Optional<String> virtualHost, String remoteAddress, long connection) {}

    /**
     * What was asked for.
     *
     * @param operation as the peer names it, or in the terms of {@code $management}
     * @param type of the entity
     * @param name of the entity, "" where it has none yet
     * @param more what else tells it apart, as where messages move to; never a value of a setting, which may be a secret
     */
    public record What(String operation, String type, String name, Map<String, String> more) {
        public What(String operation, String type, String name) {
            this(operation, type, name, Map.of());
        }
    }

    /**
     * What the peer was answered.
     *
     * @param status as HTTP has them
     * @param refusal why it was not done; empty: it was
     * @param messages how many were removed or moved by it, where that is what it does
     */
    public record Outcome(int status, Optional<String> refusal, OptionalLong messages) {
        /** Asked for without a request that is answered with a status. */
        static final Outcome DONE = new Outcome(204, Optional.empty(), OptionalLong.empty());

        private static final int FIRST_REFUSAL = 400;

        /** @param text counts where the status is one of refusals */
        public static Outcome of(int status, String text, OptionalLong messages) {
            return new Outcome(status, status < FIRST_REFUSAL ? Optional.empty() : Optional.of(text), messages);
        }
    }
}
