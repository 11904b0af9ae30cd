package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.security.Permissions.Action;
import java.util.Optional;
import org.apache.qpid.proton.engine.Link;

/** What the peer may do that asks a node of the broker over a link. Any thread, but for its tokens. */
final class AskerAccess implements Access {
    private final ConnectionScope scope;
    private final Link link;
    private final boolean endsSessions;

    /** On the connection's event loop. */
    AskerAccess(ConnectionScope scope, Link link) {
        this.scope = scope;
        this.link = link;
        this.endsSessions = scope.dialect().endsSessionsThatAreNotAllowed();
    }

    @Override
    public Optional<Refusal> refusal(Action action, String address) {
        return scope.access().refusal(action, address);
    }

    @Override
    public TokenRenewal tokens() {
        return scope.access().tokens();
    }

    @Override
    public void audit(AuditedChange.What what, AuditedChange.Outcome outcome) {
        scope.audit(what, outcome);
    }

    @Override
    public void owns(String queue) {
        scope.access().owns(queue);
    }

    @Override
    public void frees(String queue) {
        scope.access().frees(queue);
    }

    @Override
    public boolean endsSession(Refusal refusal) {
        if (endsSessions) {
            scope.endSession(link, Conditions.of(refusal));
        }
        return endsSessions;
    }
}
