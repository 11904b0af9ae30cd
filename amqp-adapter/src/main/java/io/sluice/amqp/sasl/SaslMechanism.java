package io.sluice.amqp.sasl;

import io.sluice.broker.security.Principal;
import io.sluice.broker.security.TokenGrant;
import java.util.Optional;

/** One way for a peer to say who it is. Shared by connections; what belongs to one negotiation is in its {@link Exchange}. */
public interface SaslMechanism {
    /** As registered with IANA. */
    String name();

    Exchange begin();

    /** Whether it is for the broker's own users, who may be removed. */
    default boolean isForUsers() {
        return true;
    }

    /** Whether whoever comes by it may do nothing but put tokens to {@code $cbs}, until one is good. */
    default boolean isForClaims() {
        return false;
    }

    /** One negotiation. The connection's event loop. */
    interface Exchange {
        /**
         * What the peer sent: first its initial response, then its answers to our challenges.
         *
         * @param response empty when the peer sent no initial response, which is not the same as one of no bytes
         */
        Step next(Optional<byte[]> response);
    }

    /** Where a negotiation stands. */
    sealed interface Step permits Challenge, Accepted, Refused {}

    /** More is needed. @param bytes for the peer, maybe none */
    @SuppressWarnings("ArrayRecordComponent")
    record Challenge(byte[] bytes) implements Step {}

    /**
     * It is who it says.
     *
     * @param additionalData the server's last word (AMQP 1.0 §5.3.3.5), maybe none
     * @param token which says so; empty where it is another proof
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Accepted(Principal principal, byte[] additionalData, Optional<TokenGrant> token) implements Step {
        Accepted(Principal principal, byte[] additionalData) {
            this(principal, additionalData, Optional.empty());
        }
    }

    /** It is not, or what it sent makes no sense; the peer is not told which. @param why for the log, "" where it is not known */
    record Refused(String why) implements Step {
        static final Refused REFUSED = new Refused("");
    }
}
