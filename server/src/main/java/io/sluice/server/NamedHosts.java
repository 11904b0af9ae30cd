package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.VirtualHosts;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.HostUsers;
import io.sluice.server.config.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Virtual hosts as peers open them by their names, beside the default one. One thread. */
final class NamedHosts {
    private final AmqpEnvironment byDefault;
    private final List<VirtualHosts.VirtualHost> others = new ArrayList<>();

    /** @param byDefault what connections of the default host share */
    NamedHosts(AmqpEnvironment byDefault) {
        this.byDefault = byDefault;
    }

    /**
     * One more.
     *
     * @param own what its connections share, with its own users
     * @param elsewhere why it is not served here at the moment
     */
    void add(VirtualHost settings, AmqpEnvironment own, Supplier<Optional<Refusal>> elsewhere) {
        HostUsers users = Credentials.of(settings, own.authenticator(), byDefault.authenticator());
        AmqpEnvironment its = own.withAuthenticator(users);
        byDefault.connections().include(its.connections());
        others.add(new VirtualHosts.VirtualHost(
                settings.name(),
                Set.copyOf(settings.hostNames()),
                Credentials.admission(settings, users),
                settings.maxConnections(),
                its,
                elsewhere));
    }

    /** What all connections share; of virtual hosts, once a peer has named one. */
    AmqpEnvironment environment() {
        return byDefault.withOpening(byDefault.opening().with(new VirtualHosts(others)));
    }
}
