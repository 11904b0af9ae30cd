package io.sluice.amqp.netty;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.AmqpLimits;
import io.sluice.amqp.LinkRegistry;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import java.util.Optional;

/** What connections share in tests that attach no link: anybody may connect, and there is no shard. */
final class LinklessEnvironment {
    private static final int IDLE_TIMEOUT_MILLIS = 60_000;

    private LinklessEnvironment() {}

    /** @param openTimeoutMillis so long a peer may take until it has opened its connection */
    static AmqpEnvironment of(int openTimeoutMillis) {
        return new AmqpEnvironment(
                name -> {
                    throw new AssertionError("no link is attached here");
                },
                name -> Optional.empty(),
                new Anybody(),
                AmqpLimits.DEFAULT.withTimeouts(IDLE_TIMEOUT_MILLIS, openTimeoutMillis),
                System::currentTimeMillis,
                new LinkRegistry(),
                new AmqpEnvironment.Identity("linkless", "1"));
    }

    private static final class Anybody implements Authenticator {
        @Override
        public boolean anonymousAllowed(boolean loopback) {
            return true;
        }

        @Override
        public Optional<Principal> authenticate(String user, String password, boolean loopback) {
            return Optional.empty();
        }
    }
}
