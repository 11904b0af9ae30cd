package io.sluice.amqp;

import io.sluice.amqp.filter.FilterText;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Link;

/** An open connection, as administrators may look at it and end it. On its event loop, but for {@link #ask}. */
final class LiveConnection {
    private static final String DEFAULT_HOST = "/";

    private final PeerIdentity identity;
    private final ConnectionScope scope;
    private final Connection connection;
    private final BrokerTransport transport;
    private final java.util.function.Consumer<ErrorCondition> close;
    private final long openedAtMillis;

    /** @param close closes the connection with this condition */
    LiveConnection(
            PeerIdentity identity,
            ConnectionScope scope,
            Connection connection,
            BrokerTransport transport,
            java.util.function.Consumer<ErrorCondition> close) {
        this.identity = identity;
        this.scope = scope;
        this.connection = connection;
        this.transport = transport;
        this.close = close;
        this.openedAtMillis = scope.environment().clock().millis();
    }

    long number() {
        return identity.connection();
    }

    String remoteAddress() {
        return identity.remoteAddress();
    }

    /** Whether it is that user's, or lives by a token of that user. Any thread. */
    boolean isBy(Principal user) {
        return identity.principal().equals(user) || scope.access().claims().isBy(user);
    }

    /** Any thread. @return false where its event loop has ended, and it with that */
    boolean ask(Runnable question) {
        return scope.calls().whenItsTurnComes(question);
    }

    ConnectionStatus status() {
        return new ConnectionStatus(
                identity.connection(),
                identity.container(),
                identity.remoteAddress(),
                new ConnectionStatus.User(
                        identity.principal().name(),
                        identity.principal().virtualHost().orElse(DEFAULT_HOST)),
                identity.virtualHost().orElse(DEFAULT_HOST),
                new ConnectionStatus.Client(
                        property("product"),
                        property("version"),
                        connection.getRemoteHostname() == null ? "" : connection.getRemoteHostname()),
                openedAtMillis,
                transport.getRemoteIdleTimeout(),
                transport.sessions().size(),
                links().size(),
                transferred(transport.in()),
                transferred(transport.out()));
    }

    private String property(String name) {
        Map<Symbol, Object> properties = connection.getRemoteProperties();
        Object value = properties == null ? null : properties.get(Symbol.valueOf(name));
        return value instanceof String || value instanceof Symbol ? value.toString() : "";
    }

    private static ConnectionStatus.Transferred transferred(LinkCount.Traffic traffic) {
        return new ConnectionStatus.Transferred(traffic.messages, traffic.bytes);
    }

    List<LinkStatus> links() {
        List<LinkStatus> links = new ArrayList<>();
        transport.sessions().forEach((channel, session) -> {
            for (PeerLink link : session.links()) {
                if (isAttached(link)) {
                    links.add(status(link, channel));
                }
            }
        });
        links.sort(java.util.Comparator.comparingInt(LinkStatus::number));
        return links;
    }

    private static boolean isAttached(PeerLink link) {
        return link.link != null && !link.closed && link.localHandle != null;
    }

    private LinkStatus status(PeerLink peerLink, int channel) {
        Link link = peerLink.link;
        LinkStatus.Handle handle =
                link.getContext() instanceof LinkEndpoint endpoint ? endpoint.handle() : LinkStatus.Handle.NONE;
        return new LinkStatus(
                identity.connection(),
                peerLink.count.number,
                peerLink.name,
                peerLink.peerSends,
                terminus(link, peerLink.peerSends),
                Math.max(0, link.getCredit()),
                link.getUnsettled(),
                new ConnectionStatus.Transferred(peerLink.count.messages, peerLink.count.bytes),
                peerLink.count.attachedAtMillis,
                channel,
                handle);
    }

    private static LinkStatus.Terminus terminus(Link link, boolean peerSends) {
        Object ours = peerSends ? link.getTarget() : link.getSource();
        String address = "";
        if (ours instanceof Target target && target.getAddress() != null) {
            address = target.getAddress();
        } else if (ours instanceof Source source && source.getAddress() != null) {
            address = source.getAddress();
        }
        boolean source = ours instanceof Source;
        return new LinkStatus.Terminus(
                address,
                source ? FilterText.of(((Source) ours).getFilter()) : "",
                source && io.sluice.amqp.Terminus.copies((Source) ours),
                name(link.getSenderSettleMode(), SenderSettleMode.MIXED),
                name(link.getReceiverSettleMode(), ReceiverSettleMode.FIRST));
    }

    private static String name(Enum<?> mode, Enum<?> otherwise) {
        return (mode == null ? otherwise : mode).name().toLowerCase(Locale.ROOT);
    }

    boolean close(String reason) {
        close.accept(Conditions.of(Symbol.valueOf("amqp:connection:forced"), reason));
        return true;
    }

    void unauthorized(String reason) {
        close.accept(Conditions.of(Refusal.Kind.UNAUTHORIZED, reason));
    }

    /** Links that the user may not have any more are detached; who may not be in the virtual host any more has to go. */
    void permissionsChanged() {
        if (!scope.access().isAdmitted()) {
            unauthorized("user '" + identity.principal().name() + "' may not use the virtual host '"
                    + identity.virtualHost().orElse(DEFAULT_HOST) + "' any more");
            return;
        }
        for (PeerSession session : transport.sessions().values()) {
            for (PeerLink link : List.copyOf(session.links())) {
                if (isAttached(link) && link.link.getContext() instanceof LinkEndpoint end) {
                    end.refusal().ifPresent(refusal -> end.close(Conditions.of(refusal)));
                }
            }
        }
        scope.calls().turnEnded();
    }

    boolean detach(int number, String reason) {
        for (PeerSession session : transport.sessions().values()) {
            for (PeerLink link : session.links()) {
                if (link.count.number == number
                        && isAttached(link)
                        && link.link.getContext() instanceof LinkEndpoint end) {
                    end.close(Conditions.of(Symbol.valueOf("amqp:link:detach-forced"), reason));
                    scope.calls().turnEnded();
                    return true;
                }
            }
        }
        return false;
    }
}
