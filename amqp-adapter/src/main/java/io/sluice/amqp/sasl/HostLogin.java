package io.sluice.amqp.sasl;

import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.ScramHash;
import io.sluice.broker.security.ScramUsers;
import java.util.List;
import java.util.Optional;

/**
 * Whose users one login is of: those of the virtual host that is asked for, by the hostname of the SASL init (AMQP 1.0 §5.3.3.2), by the name
 * that the peer asked TLS for (SNI), or by a user's name of the form {@code NAME@HOST}; else those of the broker. The connection's event loop.
 */
final class HostLogin implements Authenticator, ScramUsers {
    private static final char OF_HOST = '@';

    private final Authenticator broker;
    private final LoginHosts hosts;
    private Optional<Chosen> chosen = Optional.empty();

    /** @param hostname empty: the default host, and no other */
    private record Chosen(Optional<String> hostname, Authenticator users) {}

    private record Asked(Authenticator users, String name) {}

    HostLogin(Authenticator broker, LoginHosts hosts) {
        this.broker = broker;
        this.hosts = hosts;
    }

    /** What names no host leaves things as they are. @param hostname may be null */
    void asksFor(String hostname) {
        if (hostname == null || hostname.isEmpty()) {
            return;
        }
        if (hosts.isDefault(hostname)) {
            chosen = Optional.of(new Chosen(Optional.empty(), broker));
        } else {
            hosts.usersOf(hostname).ifPresent(users -> chosen = Optional.of(new Chosen(Optional.of(hostname), users)));
        }
    }

    /** By which the peer asks for a virtual host; empty: it asks for none. */
    Optional<String> hostname() {
        return chosen.flatMap(Chosen::hostname);
    }

    private Asked asked(String user) {
        int at = user.lastIndexOf(OF_HOST);
        if (chosen.isEmpty() && at > 0 && !broker.knows(new Principal(user))) {
            asksFor(user.substring(at + 1));
            return chosen.map(of -> new Asked(of.users, user.substring(0, at))).orElse(new Asked(broker, user));
        }
        return new Asked(users(), user);
    }

    private Authenticator users() {
        return chosen.map(Chosen::users).orElse(broker);
    }

    @Override
    public boolean anonymousAllowed(boolean loopback) {
        return broker.anonymousAllowed(loopback);
    }

    @Override
    public boolean plainAllowed(boolean readable) {
        return broker.plainAllowed(readable);
    }

    @Override
    public AcceptedTokens tokens() {
        return broker.tokens();
    }

    @Override
    public boolean tokenAllowed(boolean readable) {
        return broker.tokenAllowed(readable);
    }

    @Override
    public Optional<Principal> authenticate(String user, String password, boolean loopback) {
        Asked asked = asked(user);
        return asked.users.authenticate(asked.name, password, loopback);
    }

    /** A user of the broker is one wherever the login is for, and who only stands in a virtual host has no password. */
    @Override
    public boolean knows(Principal who) {
        return who.virtualHost().isPresent() ? users().knows(who) : broker.knows(who);
    }

    @Override
    public Principal named(String name) {
        return users().named(name);
    }

    @Override
    public Optional<ScramUsers> scram() {
        return broker.scram().isPresent() ? Optional.of(this) : Optional.empty();
    }

    private static ScramUsers scramOf(Authenticator users) {
        return users.scram().orElseThrow();
    }

    /** Those that all passwords are stored for, of the virtual hosts too: which host the login is for, the peer has not said yet. */
    @Override
    public List<ScramHash> hashes() {
        return scramOf(broker).hashes().stream()
                .filter(hash -> hosts.users().stream()
                        .allMatch(users -> scramOf(users).hashes().contains(hash)))
                .toList();
    }

    @Override
    public Login login(ScramHash hash, String user, boolean loopback) {
        Asked asked = asked(user);
        return scramOf(asked.users).login(hash, asked.name, loopback);
    }

    @Override
    public String nonce() {
        return scramOf(broker).nonce();
    }
}
