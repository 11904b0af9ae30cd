package io.sluice.amqp;

import io.sluice.amqp.filter.FilterText;
import io.sluice.broker.Annotations;
import io.sluice.broker.LargeBody;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ConsumerActivity;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;

/**
 * A link whose peer receives from a queue or a subscription. The shard is granted no more than the peer's credit, and of that only what the
 * connection can soon write: a slow reader costs its window and holds up nobody. A large message is sent chunk by chunk, and what
 * comes behind it waits: transfers of one link do not interleave.
 */
final class OutgoingLink implements LinkEndpoint {
    /** For a consumer that cannot be sent the message. */
    static final Outcome NOT_HERE = new Outcome.Modified(true, true, Annotations.EMPTY);

    private enum State {
        ATTACHING,
        OPEN,
        /** The peer has detached; the shard is giving back what it had. */
        DETACHING,
        CLOSED
    }

    private final ConnectionScope scope;
    private final Sender sender;
    private final SourceNode node;
    /** Changes while it is attached only, where it is not known which one has what the link is for. */
    private volatile ShardMailbox shard;

    private final Consumer consumer;
    private final SourceOutcomes outcomes;
    private final DeliveryTags tags;
    private final OutgoingMessages messages;
    private final Grant grant;
    private final OutgoingCredit credit;
    private final OutgoingBodies bodies;
    private final OutgoingSettlement settlement;
    /** Null where the link does not come back to what it had. */
    private final ResumedDeliveries resumed;

    private State state = State.ATTACHING;
    private boolean peerCloses;

    OutgoingLink(ConnectionScope scope, Sender sender, SourceNode node, ConsumerTerms terms) {
        this.scope = scope;
        this.sender = sender;
        sender.setProperties(terms.applied().isEmpty() ? null : terms.applied());
        this.node = node;
        this.outcomes = SourceOutcomes.of(sender.getRemoteSource());
        this.tags = DeliveryTags.of(scope);
        this.shard = node.shard(scope.environment().shards());
        this.consumer = new Consumer(new Consumer.Request(
                node.client(scope.calls()),
                new QueueSource(scope.calls(), this),
                node.address(),
                mode(),
                outcomes.byDefault().orElse(Outcome.FAILED),
                node.filter(),
                terms.terms()));
        this.grant = new Grant(
                new FlowWindow(scope.limits().flow().outgoing()),
                scope.limits().flow().maxUnsettledPerLink());
        this.messages = new OutgoingMessages(scope, sender);
        this.credit = new OutgoingCredit(scope, this, grant);
        this.bodies = new OutgoingBodies(scope, this);
        this.settlement = new OutgoingSettlement(scope, this, outcomes);
        boolean resumes = node.resumes() && consumer.mode() == Consumer.Mode.MOVE;
        this.resumed = resumes ? new ResumedDeliveries(scope, this) : null;
    }

    private Consumer.Mode mode() {
        if (node.fetches()) {
            return Consumer.Mode.FETCH;
        }
        if (node.copies()) {
            return Consumer.Mode.COPY;
        }
        return settlesFirst() ? Consumer.Mode.MOVE_PRESETTLED : Consumer.Mode.MOVE;
    }

    private boolean settlesFirst() {
        return sender.getRemoteSenderSettleMode() == SenderSettleMode.SETTLED;
    }

    /** What the connection is to keep when the link goes. */
    Optional<KeptTermini.Kept> kept() {
        return node.kept(shard, consumer);
    }

    void attach() {
        if (state == State.ATTACHING) {
            node.attach(shard, consumer);
        }
    }

    boolean resumes() {
        return resumed != null;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether what the peer came back to is all it gets. */
    boolean takesNothingNew() {
        return resumed != null && resumed.takesNothingNew();
    }

    boolean isAttaching() {
        return state == State.ATTACHING;
    }

    // From the shard

    void attached() {
        if (state == State.ATTACHING) {
            Optional<Refusal> refusal = refusal();
            if (refusal.isPresent()) {
                // Of a link without a source it is known only now what it comes back to.
                refused(refusal.get());
                return;
            }
            if (resumesHere()) {
                resumed.resume(PeerLink.of(sender).unsettled, this::open);
            } else {
                open();
            }
        }
    }

    /** Where nobody takes anything there is nothing to come back to; that is known when the link is attached. */
    private boolean resumesHere() {
        return resumed != null && consumer.mode() == Consumer.Mode.MOVE;
    }

    private void open() {
        if (state == State.ATTACHING) {
            state = State.OPEN;
            Terminus.accept(sender, node.answer(), consumer, resumesHere());
            // Clients send their first flow right behind the attach, without waiting for ours.
            flow();
        }
    }

    void refused(Refusal refusal) {
        Optional<ShardMailbox> next = state == State.ATTACHING ? node.next(shard, refusal) : Optional.empty();
        if (next.isPresent()) {
            shard = next.get();
            attach();
            return;
        }
        boolean answers = state == State.DETACHING;
        close(Conditions.of(refusal));
        if (answers) {
            scope.remove(this);
            scope.finished(sender);
        }
    }

    void deliver(io.sluice.broker.queue.Delivery message) {
        grant.received();
        if (state == State.ATTACHING) {
            // It was asked for by its number, and comes with the answer.
            return;
        }
        if (state == State.OPEN) {
            sendInTurn(message);
        } else {
            OutgoingBodies.closeSource(message);
        }
    }

    /** When what is being sent is complete. */
    void sendInTurn(io.sluice.broker.queue.Delivery message) {
        if (bodies.isSending() || message.message().isLarge()) {
            bodies.add(message);
        } else {
            send(message);
        }
    }

    /** At once, whole. */
    void send(io.sluice.broker.queue.Delivery message) {
        if (sender.getCredit() <= 0) {
            // The peer took its credit back while the message was on its way to this thread.
            shard.settle(message, Outcome.UNSENT);
            return;
        }
        ReadableBuffer encoded = messages.encode(message);
        if (messages.tooLarge(encoded.remaining())) {
            shard.settle(message, NOT_HERE);
            return;
        }
        Delivery delivery = begin(message, encoded.remaining());
        sender.sendNoCopy(encoded);
        sender.advance();
        sent(delivery);
    }

    /** A new delivery of the link's. @param bytes about what it takes */
    Delivery begin(io.sluice.broker.queue.Delivery message, int bytes) {
        grant.sent(bytes);
        Delivery delivery =
                sender.delivery(resumed == null ? tags.take(shard, message) : ResumedDeliveries.tag(message));
        delivery.setMessageFormat(message.message().messageFormat());
        delivery.setContext(message);
        message.context(delivery);
        return delivery;
    }

    /** The engine has all of it. */
    void sent(Delivery delivery) {
        if (settlesFirst()) {
            delivery.settle();
            settledTag(delivery);
        }
    }

    /** Deliveries that are here and have not used up the peer's credit yet. */
    int held() {
        return bodies.held() + (resumed == null ? 0 : resumed.held());
    }

    /** Whether there is credit for one that is here. */
    boolean mayBegin() {
        return state == State.OPEN && sender.getCredit() - bodies.held() > 0;
    }

    /** What the peer states, where it is an outcome that its source lists. */
    Optional<Outcome> outcome(Object state) {
        return settlement.outcome(state).filter(any -> outcomes.allows(state));
    }

    Consumer consumer() {
        return consumer;
    }

    OutgoingMessages messages() {
        return messages;
    }

    @Override
    public void delivery(Delivery delivery) {
        settlement.said(delivery);
    }

    /** The broker has taken the message back. */
    void timedOut(io.sluice.broker.queue.Delivery message) {
        if (state == State.OPEN && (resumed == null || !resumed.takenBack(message))) {
            settlement.takenBack(message);
        }
    }

    void settled(io.sluice.broker.queue.Delivery message) {
        if (state != State.CLOSED && (resumed == null || !resumed.settled(message))) {
            settlement.settled(message);
        }
    }

    void settle(Delivery delivery) {
        delivery.settle();
        settledTag(delivery);
        credit.ifThrottledAwaitOutput();
    }

    /** A delivery of the link's is settled. */
    void settledTag(Delivery delivery) {
        grant.settled();
        if (resumed == null) {
            tags.give(delivery.getTag());
        }
    }

    /** As {@link #settledTag}, but the peer knows of the delivery for a while longer: its tag is not used again. */
    void settledUnfinished() {
        grant.settled();
    }

    ShardMailbox shard() {
        return shard;
    }

    Sender sender() {
        return sender;
    }

    OutgoingBodies bodies() {
        return bodies;
    }

    /** What a peer is told of it, it may act on: that it gets nothing for now, and when that changes. */
    void activity(ConsumerActivity activity) {
        if ((state == State.ATTACHING || state == State.OPEN)
                && (activity != ConsumerActivity.SHARED
                        || scope.transactions().dialect().tellsActivity())) {
            scope.marks().notices().tell(sender, activity.isActive());
        }
    }

    void drained() {
        if (state == State.OPEN) {
            credit.drained();
        }
    }

    void detached() {
        if (state == State.DETACHING) {
            state = State.CLOSED;
            if (peerCloses) {
                sender.close();
                node.endedByClose().ifPresent(what -> scope.audit(what, AuditedChange.Outcome.DONE));
            } else {
                sender.detach();
            }
            scope.remove(this);
            scope.finished(sender);
        }
    }

    // From the peer

    @Override
    public Link link() {
        return sender;
    }

    @Override
    public LinkStatus.Handle handle() {
        return new LinkStatus.Handle(Optional.of(consumer), Optional.of(shard), "");
    }

    /** The body of a large message that the shard gives. The shard's thread. */
    LargeBodies.Source open(LargeBody body) {
        return scope.environment().large().of(shard).open(body);
    }

    /** Any thread: nothing of it changes. */
    LinkDescription describe() {
        return scope.identity()
                .describe(
                        sender,
                        FilterText.of(sender.getSource() instanceof Source answered ? answered.getFilter() : null));
    }

    @Override
    public void flow() {
        if (resumed != null) {
            resumed.push();
        }
        credit.flow();
    }

    @Override
    public void asked(LongConsumer answer) {
        shard.awaitingCredit(consumer, waiting -> scope.calls().onLoop(() -> answer.accept(waiting)));
    }

    /** To be asked again when output was written. */
    void awaitOutput() {
        credit.awaitOutput();
    }

    @Override
    public boolean outputWritten() {
        return credit.outputWritten();
    }

    @Override
    public void peerDetached(boolean closed) {
        if (state == State.CLOSED) {
            scope.remove(this);
            scope.finished(sender);
            return;
        }
        state = State.DETACHING;
        peerCloses = closed;
        giveBackResumed();
        settlement.giveBack(true);
        node.detach(shard, consumer, closed);
    }

    @Override
    public void lost(boolean clean) {
        if (state == State.OPEN) {
            settlement.giveBack(clean);
        }
        giveBackResumed();
        if (state != State.CLOSED) {
            state = State.CLOSED;
            shard.detach(consumer);
        }
        scope.remove(this);
    }

    private void giveBackResumed() {
        tags.end();
        if (resumed != null) {
            resumed.giveBack();
        }
    }

    @Override
    public Optional<Refusal> refusal() {
        return node.readFrom()
                .flatMap(address -> scope.access()
                        .refusal(node.copies() ? Permissions.Action.BROWSE : Permissions.Action.RECEIVE, address));
    }

    @Override
    public void close(ErrorCondition condition) {
        if (state == State.CLOSED) {
            return;
        }
        boolean attaching = state == State.ATTACHING;
        if (state == State.OPEN) {
            // The engine detaches no link in the middle of a delivery; and it is not the consumer who failed.
            Optional<OutgoingBody> unfinished = bodies.sending();
            settlement.giveBack(false);
            unfinished.ifPresent(bodies::giveUp);
        }
        state = State.CLOSED;
        giveBackResumed();
        shard.detach(consumer);
        if (attaching) {
            Terminus.refuse(sender, condition);
        } else if (sender.getLocalState() != EndpointState.CLOSED) {
            sender.setCondition(condition);
            sender.close();
        }
    }
}
