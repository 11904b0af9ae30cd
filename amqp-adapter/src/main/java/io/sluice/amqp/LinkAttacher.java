package io.sluice.amqp;

import io.sluice.amqp.dialect.RabbitAddress;
import io.sluice.amqp.dialect.RabbitAddress.Type;
import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.SequenceFilter;
import io.sluice.amqp.filter.SourceFilter;
import io.sluice.amqp.servicebus.EntityPath;
import io.sluice.amqp.servicebus.SessionFilter;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.SessionRequest;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.routing.TopicPattern;
import io.sluice.broker.security.Permissions.Action;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;

/**
 * Gives a link the peer attaches its end: by what its terminus asks for, or a refusal. Refusals detach the link and never end the
 * session, whose other links have done nothing wrong.
 */
final class LinkAttacher {
    private static final Map<Symbol, Object> PAIRED = Map.of(Symbol.valueOf("paired"), true);

    private final ConnectionScope scope;

    LinkAttacher(ConnectionScope scope) {
        this.scope = scope;
    }

    /** The link's context is its end afterwards. */
    void attach(Link link) {
        LinkRegistry.Key key = scope.key(link instanceof Receiver, link.getName());
        if (scope.linkCount() >= scope.limits().endpoints().maxLinks()) {
            String text = "a connection has " + scope.limits().endpoints().maxLinks() + " links at most";
            refuse(link, key, Conditions.of(Kind.RESOURCE_LIMIT_EXCEEDED, text));
            return;
        }
        Optional<Refusal> refusal = scope.access().refusal(link);
        if (refusal.isPresent()) {
            refuse(link, key, Conditions.of(refusal.get()));
        } else if (link instanceof Receiver receiver) {
            attach(receiver, key);
        } else {
            attach((Sender) link, key, Optional.empty());
        }
    }

    private void attach(Receiver receiver, LinkRegistry.Key key) {
        ErrorCondition problem = problemOf(receiver);
        if (problem != null) {
            refuse(receiver, key, problem);
            return;
        }
        if (receiver.getRemoteTarget() instanceof Coordinator) {
            attachHere(receiver, new CoordinatorDestination(scope.transactions()));
            return;
        }
        Destination destination = destination(receiver);
        if (destination instanceof NodeDestination node && node.isPaired()) {
            receiver.setProperties(PAIRED);
            attachHere(receiver, destination);
            return;
        }
        if (destination.kept().isPresent()) {
            Optional<String> noMap = PeerLink.of(receiver).unsettled.problem();
            if (noMap.isPresent()) {
                refuse(receiver, key, Conditions.of(Kind.INVALID_FIELD, noMap.get()));
                return;
            }
        }
        IncomingLink endpoint = new IncomingLink(scope, receiver, destination);
        Optional<Refusal> refusal = destination
                .address()
                .flatMap(scope::elsewhere)
                .or(() -> refusalToCreate(receiver.getRemoteTarget(), destination.address()))
                .or(endpoint::refusal);
        if (refusal.isPresent()) {
            refuse(receiver, key, Conditions.of(refusal.get()));
            return;
        }
        CompletableFuture<Void> cleared = enter(receiver, endpoint, key);
        destination
                .node()
                .flatMap(node -> node.kept(receiver))
                .ifPresent(kept -> scope.termini().attached(endpoint, kept));
        if (destination.kept().isEmpty() || cleared.isDone()) {
            endpoint.attach();
        } else {
            // What the connection it was on has still to hand on counts as sent before.
            cleared.thenRun(() -> scope.calls().onLoop(endpoint::attach));
        }
    }

    /** What is under way on it ends with it, so a link of that name on another connection is another: some clients always use the same. */
    private void attachHere(Receiver receiver, Destination destination) {
        IncomingLink endpoint = new IncomingLink(scope, receiver, destination);
        receiver.setContext(endpoint);
        scope.add(endpoint);
        endpoint.attach();
    }

    private static ErrorCondition problemOf(Receiver receiver) {
        Object target = receiver.getRemoteTarget();
        if (target instanceof Coordinator) {
            return null;
        }
        if (!(target instanceof Target to)) {
            return target == null ? null : Conditions.of(Kind.NOT_IMPLEMENTED, "an unknown kind of target");
        }
        return problemOfNode(to);
    }

    /** Of an address that is not written as it should be. */
    private static Optional<String> problemOfAddress(String address, boolean source) {
        try {
            boolean exchange = RabbitAddress.of(address)
                    .filter(its -> its.type() == Type.EXCHANGE)
                    .isPresent();
            return exchange && source
                    ? Optional.of("nobody receives from an exchange: '" + address + "'")
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static ErrorCondition problemOfNode(org.apache.qpid.proton.amqp.messaging.Terminus asked) {
        Optional<String> address = problemOfAddress(asked.getAddress(), asked instanceof Source);
        if (address.isPresent()) {
            return Conditions.of(Kind.INVALID_FIELD, address.get());
        }
        if (!asked.getDynamic()) {
            return null;
        }
        if (!LinkNode.asksForNew(asked) && !TemporaryName.is(asked.getAddress())) {
            return Conditions.of(Kind.INVALID_FIELD, "who asks for a dynamic node does not name its address");
        }
        return NodeProperties.problemOf(asked.getDynamicNodeProperties()).orElse(null);
    }

    private Destination destination(Receiver receiver) {
        if (!(receiver.getRemoteTarget() instanceof Target target)) {
            return new AnonymousDestination(scope);
        }
        if (!LinkNode.asksForNew(target)) {
            String address = target.getAddress();
            if (address == null || address.isEmpty()) {
                return new AnonymousDestination(scope);
            }
            Optional<LocalNode> node = scope.localNode(address);
            if (node.isPresent()) {
                return new NodeDestination(scope, node.get(), address);
            }
            Optional<RabbitAddress> named = RabbitAddress.of(address);
            if (named.isPresent() && named.get().type() == Type.EXCHANGE) {
                return new QueueDestination(scope, MessageTarget.of(named.get()));
            }
            if (scope.environment().kinds().of(target.getCapabilities(), address) == NodeKind.TOPIC) {
                return new QueueDestination(scope, MessageTarget.of(NodeKind.TOPIC, address));
            }
        }
        LinkNode node = LinkNode.of(scope, receiver, target);
        return new QueueDestination(scope, node, KeptDeliveries.of(scope, receiver, node));
    }

    /** @param deadLetters what the source had as its address before, where that asked for dead letters */
    private void attach(Sender sender, LinkRegistry.Key key, Optional<EntityPath> deadLetters) {
        ErrorCondition problem = problemOf(sender);
        if (problem != null) {
            refuse(sender, key, problem);
            return;
        }
        Source source = (Source) sender.getRemoteSource();
        boolean named = source != null && !LinkNode.asksForNew(source);
        Optional<LocalNode> local = named ? scope.localNode(source.getAddress()) : Optional.empty();
        if (local.isPresent()) {
            attachReplies(sender, key, local.get());
            return;
        }
        if (named && deadLetters.isEmpty() && EntityPath.of(source.getAddress()).deadLetters()) {
            EntityPath entity = EntityPath.of(source.getAddress());
            new DeadLetterLink(scope, sender, entity)
                    .attach(
                            () -> attach(sender, key, Optional.of(entity)),
                            refusal -> refuse(sender, key, Conditions.of(refusal)));
            return;
        }
        SourceNode node;
        ConsumerTerms terms;
        try {
            node = node(sender, source, deadLetters);
            terms = terms(sender, node);
        } catch (InvalidFilterException | IllegalArgumentException e) {
            refuse(sender, key, Conditions.of(Kind.INVALID_FIELD, e.getMessage()));
            return;
        }
        OutgoingLink endpoint = new OutgoingLink(scope, sender, node, terms);
        Optional<String> noMap =
                endpoint.resumes() ? PeerLink.of(sender).unsettled.problem() : Optional.empty();
        if (noMap.isPresent()) {
            refuse(sender, key, Conditions.of(Kind.INVALID_FIELD, noMap.get()));
            return;
        }
        // Any of those that are here may have a link's terminus that the peer only knows by the link.
        Optional<Refusal> refusal = (source == null ? Optional.<Refusal>empty() : scope.elsewhere(node.address()))
                .or(() -> refusalToCreate(source, Optional.of(node.address())))
                .or(endpoint::refusal);
        if (refusal.isPresent()) {
            refuse(sender, key, Conditions.of(refusal.get()));
            return;
        }
        CompletableFuture<Void> cleared = enter(sender, endpoint, key);
        endpoint.kept().ifPresent(kept -> scope.termini().attached(endpoint, kept));
        if (!endpoint.resumes() || cleared.isDone()) {
            endpoint.attach();
        } else {
            // What the connection it was on has still to give back is to be there.
            cleared.thenRun(() -> scope.calls().onLoop(endpoint::attach));
        }
    }

    private ConsumerTerms terms(Sender sender, SourceNode node) {
        ConsumerTerms asked = ConsumerTerms.of(sender.getRemoteProperties(), node.copies());
        Optional<SessionRequest> session = sender.getRemoteSource() instanceof Source source
                ? SessionFilter.of(source, sender.getRemoteProperties())
                : Optional.empty();
        if (session.isPresent()) {
            if (node.copies() || node.fetches() || node instanceof DeadLetterNode) {
                throw new IllegalArgumentException(
                        "a session is taken from a queue or a subscription, not browsed, fetched by numbers or of dead letters");
            }
            return asked.ofSession(session.get());
        }
        return scope.dialect().isServiceBus() ? asked.ofServiceBus() : asked;
    }

    /** @param source null where the peer asks what the link's source is */
    private SourceNode node(Sender sender, Source source, Optional<EntityPath> deadLetters)
            throws InvalidFilterException {
        if (source == null) {
            return new ResumedNode(scope, sender);
        }
        if (deadLetters.isPresent()) {
            return new DeadLetterNode(
                    sender, source, filter(source), LinkNode.of(scope, sender, source), deadLetters.get());
        }
        Optional<EntityPath.Subscription> subscription = scope.dialect().isServiceBus() && !source.getDynamic()
                ? EntityPath.of(source.getAddress()).subscription()
                : Optional.empty();
        if (subscription.isPresent()) {
            return SubscriptionNode.ofServiceBus(scope, source, sender, subscription.get());
        }
        if (LinkNode.asksForNew(source)) {
            if (NodeKinds.asksForTopic(source.getCapabilities())) {
                return SubscriptionNode.ofNewTopic(scope, source, sender);
            }
        } else if (scope.environment().kinds().of(source.getCapabilities(), source.getAddress()) == NodeKind.TOPIC) {
            return SubscriptionNode.of(scope, source, sender);
        }
        ReplayProperties.refuseIn(sender.getRemoteProperties());
        SequenceFilter numbers = SequenceFilter.of(source.getFilter());
        if (numbers.isPresent()) {
            return FetchedNode.of(sender, source, numbers);
        }
        return new QueueNode(sender, source, filter(source), scope.peerContainer(), LinkNode.of(scope, sender, source));
    }

    private SourceFilter filter(Source source) throws InvalidFilterException {
        return SourceFilter.of(source.getFilter(), scope.environment().clock()::millis);
    }

    private ErrorCondition problemOf(Sender sender) {
        if (sender.getRemoteSource() == null) {
            return null;
        }
        if (!(sender.getRemoteSource() instanceof Source source)) {
            return Conditions.of(Kind.NOT_IMPLEMENTED, "an unknown kind of source");
        }
        boolean nowhere = source.getAddress() == null || source.getAddress().isEmpty();
        if (nowhere && !source.getDynamic()) {
            return Conditions.of(Kind.INVALID_FIELD, "the source of a receiver needs an address");
        }
        if (!nowhere && isOfSeveralShards(source)) {
            return Conditions.of(
                    Kind.NOT_IMPLEMENTED,
                    "topics are spread over several shards, and a subscription is to one topic, not to '"
                            + source.getAddress() + "'");
        }
        return problemOfNode(source);
    }

    private boolean isOfSeveralShards(Source source) {
        AmqpEnvironment broker = scope.environment();
        return broker.shards().count() > 1
                && broker.kinds().of(source.getCapabilities(), source.getAddress()) == NodeKind.TOPIC
                && !TopicPattern.of(source.getAddress()).isExact();
    }

    private void attachReplies(Sender sender, LinkRegistry.Key key, LocalNode node) {
        if (node.isPaired()) {
            sender.setProperties(PAIRED);
            NodeReplyLink endpoint = new NodeReplyLink(scope, sender, NodeReplies.Pair.of(sender));
            sender.setContext(endpoint);
            scope.add(endpoint);
            Terminus.accept(sender, Terminus.answer((Source) sender.getRemoteSource(), Map.of(), Optional.empty()));
            return;
        }
        String address = sender.getRemoteTarget() instanceof Target target ? target.getAddress() : null;
        // Azure's clients for JavaScript name the link alone as they name their reply-to.
        boolean byName = address == null || address.isEmpty();
        enter(sender, new NodeReplyLink(scope, sender, byName ? sender.getName() : address), key);
        Terminus.accept(sender, Terminus.answer((Source) sender.getRemoteSource(), Map.of(), Optional.empty()));
    }

    /** Of a node that is made for the link; what is made by being used the shard looks at. */
    private Optional<Refusal> refusalToCreate(Object terminus, Optional<String> address) {
        boolean asks =
                terminus instanceof org.apache.qpid.proton.amqp.messaging.Terminus asked && LinkNode.asksForNew(asked);
        return asks ? address.flatMap(name -> scope.access().refusal(Action.CREATE, name)) : Optional.empty();
    }

    private void refuse(Link link, LinkRegistry.Key key, ErrorCondition condition) {
        enter(link, new DeadLink(scope, link), key);
        Terminus.refuse(link, condition);
    }

    private CompletableFuture<Void> enter(Link link, LinkEndpoint endpoint, LinkRegistry.Key key) {
        link.setContext(endpoint);
        return scope.add(endpoint, key);
    }
}
