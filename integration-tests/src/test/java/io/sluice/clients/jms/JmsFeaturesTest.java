package io.sluice.clients.jms;

import io.sluice.clients.ClientFeatures;
import io.sluice.clients.ClientSuite;
import io.sluice.clients.jms.checks.JmsChecks;

/** Every feature of the table with Qpid JMS 2, Jakarta Messaging. */
final class JmsFeaturesTest extends ClientFeatures {
    @Override
    protected ClientSuite suite() {
        return JmsChecks.suite("jms");
    }
}
