package io.sluice.amqp;

import io.sluice.amqp.VirtualHosts.VirtualHost;
import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Clock;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.Principal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.qpid.proton.engine.Link;

/** What the peer of a connection may do: what its user may, as the broker has it now, or its tokens say. Any thread. */
final class PeerAccess implements Access {
    private static final Map<Action, String> WORDS = new EnumMap<>(Map.of(
            Action.SEND, "send to",
            Action.RECEIVE, "receive from",
            Action.BROWSE, "browse",
            Action.CREATE, "create",
            Action.MANAGE, "manage"));

    private final PeerTokens tokens;
    private volatile Authenticator authenticator;
    private volatile Predicate<Principal> admits = user -> true;
    private volatile Principal who = Principal.ANONYMOUS;
    private volatile ExclusiveQueues exclusive = new ExclusiveQueues();

    /** @param clock wall clock, for the end of tokens */
    PeerAccess(Authenticator authenticator, Clock clock) {
        this.authenticator = authenticator;
        this.tokens = new PeerTokens(authenticator, clock);
    }

    /** A virtual host that is not the default one: what its users may do counts from here on. */
    void enters(VirtualHost host) {
        authenticator = host.environment().authenticator();
        admits = host.admits();
        tokens.enters(authenticator);
    }

    /** Whether the peer may be in its virtual host. */
    boolean isAdmitted() {
        return admits.test(who);
    }

    /** @param queues those of its virtual host that are one connection's */
    void opened(Principal principal, ExclusiveQueues queues) {
        who = principal;
        exclusive = queues;
    }

    @Override
    public void owns(String queue) {
        exclusive.own(queue, this);
    }

    @Override
    public void frees(String queue) {
        exclusive.free(queue);
    }

    /** The queues that go with the connection. */
    List<String> owned() {
        return exclusive.of(this);
    }

    /** On the connection's event loop. */
    PeerTokens claims() {
        return tokens;
    }

    @Override
    public TokenRenewal tokens() {
        return tokens;
    }

    /** Of a peer that does not live by claims: the same object until they change; empty: everything is allowed. */
    Optional<Permissions> permissions() {
        return tokens.ofLogin().or(() -> authenticator.permissions(who));
    }

    /** Why the peer may not have a link yet, whatever it is for. */
    Optional<Refusal> refusal(Link link) {
        return tokens.awaits() && !TokenLife.address(link).equals(ClaimsNode.ADDRESS)
                ? Optional.of(Refusal.of(
                        Refusal.Kind.UNAUTHORIZED,
                        "the connection has put no token to " + ClaimsNode.ADDRESS + " that is good any more"))
                : Optional.empty();
    }

    @Override
    public Optional<Refusal> refusal(Action action, String address) {
        boolean shared = action == Action.SEND || action == Action.CREATE;
        Optional<Refusal> another = shared ? Optional.empty() : exclusive.refusal(address, this);
        if (another.isPresent()) {
            return another;
        }
        if (!tokens.areClaims()) {
            return refusal(permissions(), action, address);
        }
        boolean allowed = isTemporary(action, address) ? !tokens.awaits() : tokens.allow(action, address);
        return allowed
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        Refusal.Kind.UNAUTHORIZED,
                        "no token that the connection has put lets it " + WORDS.get(action) + " '" + address + "'"));
    }

    Optional<Refusal> refusal(Optional<Permissions> permissions, Action action, String address) {
        if (permissions.isEmpty()
                || isTemporary(action, address)
                || permissions.get().allow(action, address)) {
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                Refusal.Kind.UNAUTHORIZED,
                "user '" + who.name() + "' may not " + WORDS.get(action) + " '" + address + "'"));
    }

    /** A temporary node is not told apart by its name, which nobody can guess: who was given it may use it. */
    private static boolean isTemporary(Action action, String address) {
        return action != Action.CREATE && action != Action.MANAGE && TemporaryName.is(address);
    }
}
