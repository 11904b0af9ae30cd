package io.sluice.amqp;

import io.sluice.amqp.token.TokenAudience;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.port.Clock;
import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.broker.security.TokenVerifier;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens by which a peer lives: the one it logged in with, or those it has put to {@code $cbs}. Changed on the connection's event loop; what they
 * allow, any thread may ask. A token that is over counts until {@link #expire} says so.
 */
final class PeerTokens implements TokenRenewal {
    /** More than one client has entities. */
    static final int MAX_PUT = 1000;

    private final Clock clock;
    private volatile Authenticator authenticator;
    private volatile State state = new State(false, Optional.empty(), Map.of());
    private Runnable changed = () -> {};

    /**
     * @param claims all rights come from tokens that are put
     * @param login what it logged in with
     * @param put by what each is good for
     */
    private record State(boolean claims, Optional<TokenGrant> login, Map<TokenAudience, TokenGrant> put) {}

    PeerTokens(Authenticator authenticator, Clock clock) {
        this.authenticator = authenticator;
        this.clock = clock;
    }

    /** @param users of the virtual host that the peer has opened */
    void enters(Authenticator users) {
        authenticator = users;
    }

    /** @param run when something may be not allowed any more */
    void onChange(Runnable run) {
        changed = run;
    }

    /** The peer came without credentials, where that is only for those that put tokens. */
    void opensWithClaims() {
        state = new State(true, Optional.empty(), Map.of());
    }

    void opensWith(TokenGrant grant) {
        state = new State(false, Optional.of(grant), Map.of());
    }

    /** Whether all the peer may do is what its tokens say, none of which is here. */
    boolean awaits() {
        State now = state;
        return now.claims && now.put.isEmpty();
    }

    /** Whether all the peer may do is what tokens say that it has put. */
    boolean areClaims() {
        return state.claims;
    }

    /** What the token allows that the peer logged in with; empty: that is not said by one, or it is everything. */
    Optional<Permissions> ofLogin() {
        return state.login.flatMap(this::permissions);
    }

    /** Of a bearer; empty: everything. Who issues tokens names users, and a name that is no user of ours has no rights by that. */
    private Optional<Permissions> permissions(TokenGrant grant) {
        if (grant.permissions().isPresent()) {
            return grant.permissions();
        }
        return grant.byOwnKey() || authenticator.knows(grant.who())
                ? authenticator.permissions(grant.who())
                : Optional.of(Permissions.NONE);
    }

    /** Whether one that was put lets its bearer do that. */
    boolean allow(Action action, String address) {
        for (Map.Entry<TokenAudience, TokenGrant> put : state.put.entrySet()) {
            if (put.getKey().covers(action, address) && allows(put.getValue(), action, address)) {
                return true;
            }
        }
        return false;
    }

    private boolean allows(TokenGrant grant, Action action, String address) {
        return permissions(grant)
                .map(permissions -> permissions.allow(action, address))
                .orElse(true);
    }

    /** Whether what the user may do counts here. */
    boolean isBy(Principal user) {
        return state.put.values().stream().anyMatch(grant -> grant.who().equals(user));
    }

    /**
     * Takes a token for an entity, in place of one the peer has put for it before.
     *
     * @param type as the peer names it
     * @param name of what it is to be good for, as a URI
     * @throws TokenRefusedException it is not taken, which leaves everything as it was
     */
    void put(String type, String name, String token) throws TokenRefusedException {
        TokenAudience audience = TokenAudience.parse(name)
                .orElseThrow(() -> TokenRefusedException.malformed(
                        "the name '" + name + "' is no URI of an entity, such as amqp://host/orders"));
        TokenGrant verified = verifier(type).verify(token, clock.millis());
        TokenGrant grant = verified.withWho(authenticator.named(verified.who().name()));
        Optional<TokenAudience> madeOutFor = grant.audience().flatMap(TokenAudience::parse);
        if (grant.audience().isPresent()
                && !madeOutFor.map(its -> its.covers(audience)).orElse(false)) {
            throw TokenRefusedException.refused(
                    "the token is for '" + grant.audience().get() + "', not for '" + name + "'");
        }
        Map<TokenAudience, TokenGrant> put = new LinkedHashMap<>(state.put);
        put.put(audience, grant);
        if (put.size() > MAX_PUT) {
            throw TokenRefusedException.refused("a connection has " + MAX_PUT + " tokens at most");
        }
        state = new State(true, Optional.empty(), Map.copyOf(put));
        changed.run();
    }

    private TokenVerifier verifier(String type) throws TokenRefusedException {
        AcceptedTokens accepted = authenticator.tokens();
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "jwt", "amqp:jwt" -> accepted.jwt().orElseThrow(() -> notTaken(type));
            case "servicebus.windows.net:sastoken" -> accepted.sas().orElseThrow(() -> notTaken(type));
            default -> throw notTaken(type);
        };
    }

    private static TokenRefusedException notTaken(String type) {
        return TokenRefusedException.malformed("tokens of type '" + type + "' are not taken here");
    }

    @Override
    public Optional<Refusal> renew(String token) {
        State now = state;
        if (now.login.isEmpty()) {
            return NONE.renew(token);
        }
        try {
            TokenGrant grant = authenticator
                    .tokens()
                    .jwt()
                    .orElseThrow(() -> notTaken("jwt"))
                    .verify(token, clock.millis());
            Principal who = now.login.get().who();
            if (!grant.who().name().equals(who.name())) {
                return Optional.of(Refusal.of(
                        Kind.UNAUTHORIZED,
                        "the token is of user '" + grant.who().name() + "', and the connection of '" + who.name()
                                + "'"));
            }
            state = new State(false, Optional.of(grant.withWho(who)), Map.of());
            changed.run();
            return Optional.empty();
        } catch (TokenRefusedException e) {
            return Optional.of(Refusal.of(e.isMalformed() ? Kind.INVALID_FIELD : Kind.UNAUTHORIZED, e.getMessage()));
        }
    }

    /** Forgets what is over. @return whether that is the token the peer logged in with: all is over */
    boolean expire() {
        State now = state;
        if (now.login.isPresent()) {
            return isOver(now.login.get());
        }
        if (now.put.values().stream().anyMatch(this::isOver)) {
            Map<TokenAudience, TokenGrant> left = new LinkedHashMap<>(now.put);
            left.values().removeIf(this::isOver);
            state = new State(true, Optional.empty(), Map.copyOf(left));
            changed.run();
        }
        return false;
    }

    private boolean isOver(TokenGrant grant) {
        return clock.millis() >= grant.expiresAtMillis();
    }
}
