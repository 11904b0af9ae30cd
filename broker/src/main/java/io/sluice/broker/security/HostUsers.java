package io.sluice.broker.security;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Users of one virtual host: accounts of its own, whom nobody else knows, and those of the broker. What stands of a name there with a password is an
 * account, which counts before a user of the broker of the same name; what stands without one says what the user of the broker may do in
 * this host. Any thread, none waits for another.
 *
 * <p>A name that nobody has is asked now as an account would be, now as a user of the broker, each time the same: who compares what is asked
 * here and at another host learns of no name whether there is one.
 */
public final class HostUsers implements Authenticator, ScramUsers {
    private static final int SECRET_BYTES = 32;

    private final String host;
    private final Authenticator own;
    private final Authenticator broker;
    private final byte[] strangerKey = new byte[SECRET_BYTES];

    /**
     * @param host its name
     * @param own what stands of users there, with SCRAM
     * @param broker users of the broker, and how anybody may log in
     * @param random for a secret of this process
     */
    public HostUsers(String host, Authenticator own, Authenticator broker, SecureRandom random) {
        this.host = Objects.requireNonNull(host, "host");
        this.own = own;
        this.broker = broker;
        random.nextBytes(strangerKey);
    }

    private boolean isAccount(String name) {
        return own.user(name).flatMap(User::password).isPresent();
    }

    /** What stands there of a user of the broker. */
    private Optional<User> entry(Principal who) {
        return who.virtualHost().isPresent()
                ? Optional.empty()
                : own.user(who.name()).filter(user -> user.password().isEmpty());
    }

    private boolean isOurs(Principal who) {
        return who.virtualHost().equals(Optional.of(host)) && isAccount(who.name());
    }

    private Principal account(Principal who) {
        return new Principal(who.name(), Optional.of(host));
    }

    /** Whether a login by this name is looked at as one of an account. Made for everybody the same, so that it takes the same time. */
    private boolean asksOwn(String name) {
        byte[] seed = ScramHash.SHA_256.hmac(strangerKey, name.getBytes(StandardCharsets.UTF_8));
        boolean strangerAsksOwn =
                (seed[0] & 1) == 1 && own.scram().map(users -> !users.isEmpty()).orElse(false);
        return isAccount(name) || (!broker.knows(new Principal(name)) && strangerAsksOwn);
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
        return asksOwn(user)
                ? own.authenticate(user, password, loopback).map(this::account)
                : broker.authenticate(user, password, loopback);
    }

    /** Also of a user that stands here only, for those who are known by a token. */
    @Override
    public boolean knows(Principal who) {
        return isOurs(who) || (who.virtualHost().isEmpty() && (entry(who).isPresent() || broker.knows(who)));
    }

    @Override
    public Optional<User> user(String name) {
        return own.user(name).or(() -> broker.user(name));
    }

    @Override
    public Principal named(String name) {
        Principal there = broker.named(name);
        return isAccount(name) ? account(there) : there;
    }

    /** Whether this host is open to somebody by what stands here, whoever else it is open to. */
    public boolean admits(Principal who) {
        return isOurs(who) || entry(who).isPresent();
    }

    @Override
    public Optional<Permissions> permissions(Principal who) {
        if (who.virtualHost().isPresent()) {
            return isOurs(who) ? own.user(who.name()).flatMap(User::permissions) : Optional.of(Permissions.NONE);
        }
        Optional<User> entry = entry(who);
        return entry.isPresent() ? entry.get().permissions() : broker.permissions(who);
    }

    @Override
    public Optional<ScramUsers> scram() {
        return broker.scram().isPresent() ? Optional.of(this) : Optional.empty();
    }

    private ScramUsers scramOf(Authenticator users) {
        return users.scram().orElseThrow();
    }

    /** Those that the passwords of both are stored for. */
    @Override
    public List<ScramHash> hashes() {
        List<ScramHash> ours = scramOf(own).hashes();
        return scramOf(broker).hashes().stream().filter(ours::contains).toList();
    }

    @Override
    public boolean isEmpty() {
        return scramOf(own).isEmpty() && scramOf(broker).isEmpty();
    }

    @Override
    public Login login(ScramHash hash, String user, boolean loopback) {
        if (!asksOwn(user)) {
            return scramOf(broker).login(hash, user, loopback);
        }
        Login login = scramOf(own).login(hash, user, loopback);
        return new Login(login.principal().map(this::account), login.password());
    }

    @Override
    public String nonce() {
        return scramOf(broker).nonce();
    }
}
