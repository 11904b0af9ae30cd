package io.sluice.clients.jmsjavax;

import io.sluice.clients.ClientFeatures;
import io.sluice.clients.ClientSuite;

/** Every feature of the table with Qpid JMS 1, javax.jms. */
final class JmsJavaxFeaturesTest extends ClientFeatures {
    @Override
    protected ClientSuite suite() throws Exception {
        return JavaxLine.load().suite("jmsjavax");
    }
}
