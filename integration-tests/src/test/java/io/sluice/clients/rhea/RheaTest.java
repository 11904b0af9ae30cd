package io.sluice.clients.rhea;

import io.sluice.clients.ClientFeatures;
import io.sluice.clients.ClientProgram;
import io.sluice.clients.ClientSuite;
import io.sluice.clients.Scene;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every feature of the table with rhea. */
final class RheaTest extends ClientFeatures {
    private ClientProgram program;

    @BeforeAll
    void build() throws Exception {
        program = RheaProgram.build();
    }

    @Test
    void a_durable_subscription_ends_when_its_time_is_over() throws Exception {
        program.run("subscription-expiry", new Scene(broker(), "rhea.subscription-expiry"));
    }

    @Override
    protected ClientSuite suite() throws Exception {
        return program.suite();
    }
}
