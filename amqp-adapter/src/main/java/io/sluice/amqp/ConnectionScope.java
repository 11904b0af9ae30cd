package io.sluice.amqp;

import io.sluice.amqp.dialect.Dialect;
import io.sluice.amqp.servicebus.Asker;
import io.sluice.amqp.servicebus.EntityNode;
import io.sluice.amqp.servicebus.EntityPath;
import io.sluice.amqp.servicebus.LockTokens;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Reply;
import io.sluice.broker.security.Principal;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardMailbox.DeleteCondition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Endpoint;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;

/** What the links of one connection share. The connection's event loop. */
final class ConnectionScope {
    private AmqpEnvironment environment;
    private final ShardCalls calls;
    private final Map<LinkEndpoint, LinkRegistry.Key> endpoints = new LinkedHashMap<>();
    private final NodeReplies replies = new NodeReplies(this);
    private final LinkMarks marks = LinkMarks.none();
    private final ConnectionTransactions transactions;
    private final KeptTermini termini = new KeptTermini(this);
    private final LockTokens lockTokens = new LockTokens();
    private final List<IncomingLink> refills = new ArrayList<>();
    private List<LinkEndpoint> waiting = new ArrayList<>();
    private List<Endpoint> finished = new ArrayList<>();
    private PeerIdentity identity = PeerIdentity.UNKNOWN;
    private Runnable leave = () -> {};
    private BiConsumer<Link, ErrorCondition> endSession = (link, condition) -> {};
    private final IncomingBytes bytes;

    ConnectionScope(AmqpEnvironment environment, ShardCalls calls) {
        this.environment = environment;
        this.calls = calls;
        this.bytes = new IncomingBytes(environment.limits());
        this.transactions = new ConnectionTransactions(this::environment, calls);
    }

    AmqpEnvironment environment() {
        return environment;
    }

    /** The peer has named a virtual host that is not the default one; it has no links yet. */
    void entersVirtualHost(AmqpEnvironment its) {
        environment = its;
    }

    /** A node of the broker itself, or of this connection, or that of a queue or subscription. */
    Optional<LocalNode> localNode(String address) {
        if (environment.authenticator().tokens().claims() && ClaimsNode.ADDRESS.equals(address)) {
            return Optional.of(new ClaimsNode(this));
        }
        return environment
                .localNodes()
                .apply(address)
                .or(() -> EntityPath.managed(address).map(entity -> new EntityNode(entity, asker())));
    }

    /** Why whoever asks for this address has to ask another node, which it reaches as it came here; empty where it is served here. */
    Optional<Refusal> elsewhere(String address) {
        return environment
                .shards()
                .elsewhere(address)
                .map(refusal -> environment.opening().servers().told(refusal, identity.scheme()));
    }

    private Asker asker() {
        return new Asker(
                identity.connection(),
                identity.container(),
                environment.shards(),
                lockTokens,
                this::receivers,
                this::newMessageId,
                environment.newIds(),
                environment.clock(),
                calls);
    }

    /** That no other message has. */
    String newMessageId() {
        return environment.nodeNames().get().substring(TemporaryName.PREFIX.length());
    }

    private Set<io.sluice.broker.queue.Consumer> receivers() {
        return endpoints.keySet().stream()
                .flatMap(endpoint -> endpoint.handle().consumer().stream())
                .collect(Collectors.toSet());
    }

    AmqpLimits limits() {
        return environment.limits();
    }

    ShardCalls calls() {
        return calls;
    }

    PeerAccess access() {
        return calls.access();
    }

    LinkMarks marks() {
        return marks;
    }

    ConnectionTransactions transactions() {
        return transactions;
    }

    NodeReplies replies() {
        return replies;
    }

    /** How its peer is spoken to. */
    Dialect dialect() {
        return transactions.dialect();
    }

    LockTokens lockTokens() {
        return lockTokens;
    }

    KeptTermini termini() {
        return termini;
    }

    int linkCount() {
        return endpoints.size();
    }

    /** A new endpoint, which takes its link over from whoever had it. See {@link LinkRegistry#claim}. */
    CompletableFuture<Void> add(LinkEndpoint endpoint, LinkRegistry.Key key) {
        endpoints.put(endpoint, key);
        return environment.links().claim(key, endpoint, this::steal);
    }

    /** A new endpoint whose link is of no concern to other connections of its container. */
    void add(LinkEndpoint endpoint) {
        endpoints.put(endpoint, null);
    }

    private void steal(LinkEndpoint endpoint, Runnable gone) {
        calls.onLoop(() -> {
            if (endpoints.containsKey(endpoint)) {
                termini.stolen(endpoint);
                endpoint.close(Conditions.of(Conditions.LINK_STOLEN, "the link was attached again elsewhere"));
            }
            gone.run();
        });
    }

    void remove(LinkEndpoint endpoint) {
        LinkRegistry.Key key = endpoints.remove(endpoint);
        if (key != null) {
            environment.links().release(key, endpoint);
        }
    }

    void opened(PeerIdentity who) {
        identity = who;
        access().opened(who.principal(), environment.links().exclusive());
    }

    PeerIdentity identity() {
        return identity;
    }

    /** Any thread, of what was asked for when it was open: who it is and where does not change then. */
    void audit(AuditedChange.What what, AuditedChange.Outcome outcome) {
        AuditedChange.By by = new AuditedChange.By(
                identity.principal(), identity.virtualHost(), identity.remoteAddress(), identity.connection());
        environment.audit().add(new AuditedChange(by, what, outcome));
    }

    /** @param leaving gives back what the connection holds of its container's right to have only one */
    void entered(Runnable leaving) {
        leave = leaving;
    }

    /** @param ending ends the session of a link */
    void sessionsEndBy(BiConsumer<Link, ErrorCondition> ending) {
        endSession = ending;
    }

    /** Ends the session of a link, and so all links of that session, when the loop comes to it. Any thread. */
    void endSession(Link link, ErrorCondition condition) {
        calls.whenItsTurnComes(() -> {
            endSession.accept(link, condition);
            calls.turnEnded();
        });
    }

    /** Its links are gone, and the connection is no longer its container's; another may be. */
    void left() {
        termini.connectionEnded();
        deleteOwned();
        lockTokens.left();
        leave.run();
        leave = () -> {};
    }

    private void deleteOwned() {
        for (String queue : access().owned()) {
            access().frees(queue);
            if (environment.shards().elsewhere(queue).isEmpty()) {
                ShardMailbox shard = environment.shards().of(queue);
                // A durable one of that name is another, which came when this one had gone by itself.
                shard.describe(queue, () -> {}, new IfThere(last -> {
                    if (!last.definition().durable()) {
                        shard.delete(queue, DeleteCondition.ALWAYS, () -> {}, new IfThere(gone -> {}));
                    }
                }));
            }
        }
    }

    /** It may be gone already. */
    private record IfThere(Consumer<QueueStatus> then) implements Reply<QueueStatus> {
        @Override
        public void done(QueueStatus last) {
            then.accept(last);
        }

        @Override
        public void refused(Refusal refusal) {}
    }

    String peerContainer() {
        return identity.container();
    }

    Principal principal() {
        return identity.principal();
    }

    LinkRegistry.Key key(boolean peerSends, String name) {
        return new LinkRegistry.Key(principal().key(), peerContainer(), peerSends, name);
    }

    void eachEndpoint(Consumer<LinkEndpoint> action) {
        List.copyOf(endpoints.keySet()).forEach(action);
    }

    void refillBeforeOutput(IncomingLink link) {
        refills.add(link);
    }

    /** Output is about to be written. */
    void beforeOutput() {
        refills.forEach(IncomingLink::refill);
        refills.clear();
    }

    /** {@link LinkEndpoint#outputWritten} is to be called once when output was written. */
    void awaitOutput(LinkEndpoint endpoint) {
        waiting.add(endpoint);
    }

    /** The engine may forget it when our detach or end is written. */
    void finished(Endpoint endpoint) {
        finished.add(endpoint);
        if (endpoint instanceof Link link) {
            marks.forget(link);
        }
    }

    /** A link of that name is about to be attached: the engine must not take it for one that it was to forget later. */
    void forgetFinished(String name, boolean peerSends) {
        if (finished.isEmpty()) {
            return;
        }
        for (Endpoint endpoint : List.copyOf(finished)) {
            if (endpoint instanceof Link link
                    && link instanceof Receiver == peerSends
                    && link.getName().equals(name)) {
                finished.remove(link);
                link.free();
            }
        }
    }

    /** @return whether there is more to write now */
    boolean outputWritten() {
        boolean more = false;
        if (!finished.isEmpty()) {
            List<Endpoint> free = finished;
            finished = new ArrayList<>();
            free.forEach(Endpoint::free);
        }
        if (!waiting.isEmpty()) {
            List<LinkEndpoint> told = waiting;
            waiting = new ArrayList<>();
            for (LinkEndpoint endpoint : told) {
                more |= endpoint.outputWritten();
            }
        }
        return more;
    }

    /** Links, and what is kept of them. */
    int held() {
        return endpoints.size() + termini.size();
    }

    /** What waits for output to be written. */
    int awaiting() {
        return refills.size() + waiting.size() + finished.size();
    }

    /** What it was sent and has not dealt with. */
    IncomingBytes bytes() {
        return bytes;
    }
}
