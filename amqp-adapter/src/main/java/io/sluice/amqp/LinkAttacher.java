package io.sluice.amqp;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.SourceFilter;
import io.sluice.broker.Refusal.Kind;
import java.util.Optional;
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
    private final ConnectionScope scope;

    LinkAttacher(ConnectionScope scope) {
        this.scope = scope;
    }

    /** The link's context is its end afterwards. */
    void attach(Link link) {
        LinkRegistry.Key key = scope.key(link instanceof Receiver, link.getName());
        if (scope.linkCount() >= scope.limits().maxLinks()) {
            String text = "a connection has " + scope.limits().maxLinks() + " links at most";
            refuse(link, key, Conditions.of(Kind.RESOURCE_LIMIT_EXCEEDED, text));
        } else if (link instanceof Receiver receiver) {
            attach(receiver, key);
        } else {
            attach((Sender) link, key);
        }
    }

    private void attach(Receiver receiver, LinkRegistry.Key key) {
        ErrorCondition problem = problemOf(receiver);
        if (problem != null) {
            refuse(receiver, key, problem);
            return;
        }
        if (receiver.getRemoteTarget() instanceof Coordinator) {
            attachCoordinator(receiver);
            return;
        }
        IncomingLink endpoint = new IncomingLink(scope, receiver, destination(receiver.getRemoteTarget()));
        enter(receiver, endpoint, key);
        endpoint.attach();
    }

    /** Its transactions end with it, so a link of that name on another connection is another: some clients always use the same. */
    private void attachCoordinator(Receiver receiver) {
        IncomingLink endpoint = new IncomingLink(scope, receiver, new CoordinatorDestination(scope.transactions()));
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
        if (to.getDynamic()) {
            return Conditions.of(Kind.NOT_IMPLEMENTED, "there are no dynamic targets");
        }
        return Terminus.asksForTopic(to.getCapabilities())
                ? Conditions.of(Kind.NOT_IMPLEMENTED, "there are no topics")
                : null;
    }

    private Destination destination(Object target) {
        String address = target instanceof Target to ? to.getAddress() : null;
        if (address == null || address.isEmpty()) {
            return new AnonymousDestination(scope);
        }
        Optional<LocalNode> node = scope.environment().localNodes().apply(address);
        return node.isPresent() ? new NodeDestination(scope, node.get()) : new QueueDestination(scope, address);
    }

    private void attach(Sender sender, LinkRegistry.Key key) {
        ErrorCondition problem = problemOf(sender);
        if (problem != null) {
            refuse(sender, key, problem);
            return;
        }
        Source source = (Source) sender.getRemoteSource();
        if (scope.environment().localNodes().apply(source.getAddress()).isPresent()) {
            attachReplies(sender, key);
            return;
        }
        SourceFilter filter;
        try {
            filter = SourceFilter.of(source.getFilter(), scope.environment().clock()::millis);
        } catch (InvalidFilterException e) {
            refuse(sender, key, Conditions.of(Kind.INVALID_FIELD, e.getMessage()));
            return;
        }
        OutgoingLink endpoint = new OutgoingLink(scope, sender, filter);
        enter(sender, endpoint, key);
        endpoint.attach();
    }

    private static ErrorCondition problemOf(Sender sender) {
        if (!(sender.getRemoteSource() instanceof Source source)) {
            return Conditions.of(Kind.NOT_FOUND, "there is no subscription '" + sender.getName() + "'");
        }
        if (source.getDynamic()) {
            return Conditions.of(Kind.NOT_IMPLEMENTED, "there are no dynamic sources");
        }
        if (source.getAddress() == null || source.getAddress().isEmpty()) {
            return Conditions.of(Kind.INVALID_FIELD, "the source of a receiver needs an address");
        }
        return Terminus.asksForTopic(source.getCapabilities())
                ? Conditions.of(Kind.NOT_IMPLEMENTED, "there are no topics")
                : null;
    }

    private void attachReplies(Sender sender, LinkRegistry.Key key) {
        String address = sender.getRemoteTarget() instanceof Target target ? target.getAddress() : null;
        if (address == null || address.isEmpty()) {
            String text = "a receiver of answers names in its target the reply-to of its requests";
            refuse(sender, key, Conditions.of(Kind.INVALID_FIELD, text));
            return;
        }
        enter(sender, new NodeReplyLink(scope, sender, address), key);
        Terminus.accept(sender, SourceFilter.NONE);
    }

    private void refuse(Link link, LinkRegistry.Key key, ErrorCondition condition) {
        enter(link, new DeadLink(scope, link), key);
        Terminus.refuse(link, condition);
    }

    private void enter(Link link, LinkEndpoint endpoint, LinkRegistry.Key key) {
        link.setContext(endpoint);
        scope.add(endpoint, key);
    }
}
