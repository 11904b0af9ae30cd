package io.sluice.amqp.sasl;

import io.sluice.broker.security.Authenticator;
import java.util.List;
import java.util.Optional;

/** Virtual hosts beside the default one, which a login may be for. Any thread. */
public interface LoginHosts {
    /** There is the default one only. */
    LoginHosts NONE = new LoginHosts() {
        @Override
        public Optional<Authenticator> usersOf(String hostname) {
            return Optional.empty();
        }

        @Override
        public boolean isDefault(String hostname) {
            return false;
        }

        @Override
        public List<Authenticator> users() {
            return List.of();
        }
    };

    /** Users of the one that a hostname names, as an open may name it; empty: it names none of these. */
    Optional<Authenticator> usersOf(String hostname);

    /** Whether a hostname says that it is of the default one, and not merely of none of these. */
    boolean isDefault(String hostname);

    /** Those of each. */
    List<Authenticator> users();
}
