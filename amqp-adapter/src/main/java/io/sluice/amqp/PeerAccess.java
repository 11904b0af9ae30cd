package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.Principal;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What the peer of a connection may do: what its user may, as the broker has it now. Any thread. */
final class PeerAccess implements Access {
    private static final Map<Action, String> WORDS = new EnumMap<>(Map.of(
            Action.SEND, "send to",
            Action.RECEIVE, "receive from",
            Action.BROWSE, "browse",
            Action.CREATE, "create",
            Action.MANAGE, "manage"));

    private final Authenticator authenticator;
    private volatile Principal who = Principal.ANONYMOUS;

    PeerAccess(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    void opened(Principal principal) {
        who = principal;
    }

    /** The same object until they change; empty: everything is allowed. */
    Optional<Permissions> permissions() {
        return authenticator.permissions(who);
    }

    @Override
    public Optional<Refusal> refusal(Action action, String address) {
        return refusal(permissions(), action, address);
    }

    /** A temporary node is not told apart by its name, which nobody can guess: who was given it may use it. */
    Optional<Refusal> refusal(Optional<Permissions> permissions, Action action, String address) {
        boolean uses = action != Action.CREATE && action != Action.MANAGE;
        if (permissions.isEmpty()
                || (uses && TemporaryName.is(address))
                || permissions.get().allow(action, address)) {
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                Refusal.Kind.UNAUTHORIZED,
                "user '" + who.name() + "' may not " + WORDS.get(action) + " '" + address + "'"));
    }
}
