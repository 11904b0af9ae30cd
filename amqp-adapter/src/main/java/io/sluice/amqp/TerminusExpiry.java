package io.sluice.amqp;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;

/**
 * How long a terminus outlives its link (AMQP 1.0 §3.5.1, §3.5.6).
 *
 * @param policy which event begins the wait; nothing outlives its connection for longer than that wait
 * @param timeoutSeconds of the wait
 */
record TerminusExpiry(TerminusExpiryPolicy policy, int timeoutSeconds) {
    /** Of a terminus of which nothing is kept. */
    static final TerminusExpiry AT_ONCE = new TerminusExpiry(TerminusExpiryPolicy.LINK_DETACH, 0);

    /** What is asked for, as far as it can be had. @param maxSeconds of the wait */
    static TerminusExpiry of(org.apache.qpid.proton.amqp.messaging.Terminus asked, int maxSeconds) {
        TerminusExpiryPolicy policy =
                asked.getExpiryPolicy() == null ? TerminusExpiryPolicy.SESSION_END : asked.getExpiryPolicy();
        UnsignedInteger timeout = asked.getTimeout() == null ? UnsignedInteger.ZERO : asked.getTimeout();
        return new TerminusExpiry(
                policy == TerminusExpiryPolicy.NEVER ? TerminusExpiryPolicy.CONNECTION_CLOSE : policy,
                (int) Math.min(timeout.longValue(), maxSeconds));
    }

    /** Whether the terminus is to be there for any time after the link was lost. */
    static boolean outlivesLink(org.apache.qpid.proton.amqp.messaging.Terminus asked) {
        return asked.getExpiryPolicy() == TerminusExpiryPolicy.NEVER
                || (asked.getTimeout() != null && asked.getTimeout().longValue() > 0);
    }

    long timeoutMillis() {
        return timeoutSeconds * 1000L;
    }

    void describe(org.apache.qpid.proton.amqp.messaging.Terminus answer) {
        answer.setExpiryPolicy(policy);
        answer.setTimeout(UnsignedInteger.valueOf(timeoutSeconds));
    }
}
