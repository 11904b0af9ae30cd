package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.SessionRequest;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** A link that takes messages from a queue. A front end holds it as a handle; its state belongs to the shard's thread. */
public final class Consumer {
    /** How the consumer takes messages. */
    public enum Mode {
        /** Locks each message until it is settled. */
        MOVE,
        /** As {@link #MOVE}, but a message counts as consumed before it is sent: at most once, nothing to settle. */
        MOVE_PRESETTLED,
        /** As {@link #MOVE}, by the broker itself, which takes messages elsewhere: a paused queue does not hold it up. */
        TAKE_AWAY,
        /** As {@link #MOVE}, but of the messages it named when it attached, and of no others. */
        FETCH,
        /** Looks at what is available when it attached, or at more, see {@link Sight}; changes nothing (AMQP 1.0 §3.5.2). */
        COPY
    }

    /**
     * @param client the connection it belongs to
     * @param address the queue
     * @param mode how it takes messages
     * @param lossOutcome what becomes of its unsettled deliveries when the link detaches or is lost: the source's
     *     default-outcome (AMQP 1.0 §3.5.3), {@link Outcome#FAILED} where a lost connection should count
     * @param filter which messages it gets; empty: all. Asked on the shard's thread, of messages as they are; it must be quick and
     *     must not throw
     * @param terms beside others
     */
    public record Request(
            Client client,
            ConsumerListener listener,
            String address,
            Mode mode,
            Outcome lossOutcome,
            Optional<Predicate<Message>> filter,
            Terms terms) {
        /** Of a consumer that gets all messages. */
        public Request(Client client, ConsumerListener listener, String address, Mode mode, Outcome lossOutcome) {
            this(client, listener, address, mode, lossOutcome, Optional.empty());
        }

        /** Of one that asks for nothing beside others. */
        public Request(
                Client client,
                ConsumerListener listener,
                String address,
                Mode mode,
                Outcome lossOutcome,
                Optional<Predicate<Message>> filter) {
            this(client, listener, address, mode, lossOutcome, filter, Terms.NONE);
        }

        public Request {
            Objects.requireNonNull(client, "client");
            Objects.requireNonNull(listener, "listener");
            Objects.requireNonNull(address, "address");
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(lossOutcome, "lossOutcome");
            Objects.requireNonNull(filter, "filter");
            Objects.requireNonNull(terms, "terms");
        }
    }

    /**
     * What a browser sees beside what is available.
     *
     * @param locked what somebody else has
     * @param scheduled what waits for its time, or is parked
     */
    public record Sight(boolean locked, boolean scheduled) {
        public static final Sight AVAILABLE = new Sight(false, false);

        /** Whether there is more than what is available. */
        public boolean isMore() {
            return locked || scheduled;
        }
    }

    /**
     * On what terms a consumer takes messages beside others; but for the last of no meaning to browsers.
     *
     * @param priority while one of a higher has credit, one of a lower gets nothing
     * @param exclusive nobody else may take messages while it is attached; refused where somebody does
     * @param lockMillis after which a delivery that is not settled goes back, 1 or more; {@link QueueDefinition#UNLIMITED}: never;
     *     empty: as the queue says
     * @param lockMillisOtherwise the same where neither it nor the queue says anything
     * @param annotated messages carry, as annotations, until when they are its own and whether they are its first of their group
     * @param sight of a browser; of no meaning to others
     * @param session the one session it takes messages of; empty: of none in particular
     */
    public record Terms(
            int priority,
            boolean exclusive,
            OptionalLong lockMillis,
            long lockMillisOtherwise,
            boolean annotated,
            Sight sight,
            Optional<SessionRequest> session) {
        public static final Terms NONE = new Terms(0, false, OptionalLong.empty());

        /** Of one that takes messages of any session. */
        public Terms(
                int priority,
                boolean exclusive,
                OptionalLong lockMillis,
                long lockMillisOtherwise,
                boolean annotated,
                Sight sight) {
            this(priority, exclusive, lockMillis, lockMillisOtherwise, annotated, sight, Optional.empty());
        }

        /** As these, of one session. */
        public Terms withSession(SessionRequest newSession) {
            return new Terms(
                    priority, exclusive, lockMillis, lockMillisOtherwise, annotated, sight, Optional.of(newSession));
        }

        /** Of one whose locks do not end where nobody says that they do. */
        public Terms(int priority, boolean exclusive, OptionalLong lockMillis, boolean annotated, Sight sight) {
            this(priority, exclusive, lockMillis, QueueDefinition.UNLIMITED, annotated, sight);
        }

        /** Of one that takes messages, without annotations. */
        public Terms(int priority, boolean exclusive, OptionalLong lockMillis) {
            this(priority, exclusive, lockMillis, false, Sight.AVAILABLE);
        }

        public Terms {
            if (lockMillis.orElse(1) < 1) {
                throw new IllegalArgumentException("a lock lasts 1 ms or more, not " + lockMillis.getAsLong());
            }
        }
    }

    private final Request request;
    final UnsettledList unsettled = new UnsettledList();
    /** Whose outcome is a transaction's, not discharged: a detach leaves them alone. */
    final UnsettledList held = new UnsettledList();
    /** Position of one that looks at messages; null for the others. Set when it is attached. */
    BrowseCursor cursor;
    /** Position of a consumer that takes selected messages; null for the others. */
    FilterCursor filter;
    /** What a {@link Mode#FETCH} consumer is still to get; null for the others. */
    Fetched fetched;
    /** Null for one that takes messages of any session. */
    final SessionLock session;

    private Optional<Dispatcher> home = Optional.empty();
    /** Deliveries given since the attach, credit that drains used up included, and how many may be given in all. */
    long delivered;

    long deliveryLimit;
    /** Epoch milliseconds at which its credit ended last, 0 where it never had any. */
    long withoutCreditSinceMillis;

    boolean draining;
    boolean attached;
    final Ring.Place place = new Ring.Place();
    /** Of its locks; fixed when it attached. */
    long lockMillis = QueueDefinition.UNLIMITED;

    public Consumer(Request request) {
        this.request = request;
        this.session = request.terms.session.map(SessionLock::new).orElse(null);
    }

    /** The session it has, or waits for; empty where it asks for none. */
    public Optional<SessionLock> session() {
        return Optional.ofNullable(session);
    }

    /** It takes messages of one session, and is still to be told which. */
    boolean waitsForSession() {
        return session != null && !session.isHeld();
    }

    /** Whether it may be told that it is attached: not before it has its session. */
    public boolean mayBeAnswered() {
        return session == null || session.mayBeAnswered();
    }

    public Client client() {
        return request.client;
    }

    public ConsumerListener listener() {
        return request.listener;
    }

    public String address() {
        return request.address;
    }

    /** How it takes messages, or looks at them where nobody takes any. */
    public Mode mode() {
        return cursor == null ? request.mode : Mode.COPY;
    }

    /** Whether it takes messages of its own accord: where nobody takes any, it is to see all there is and all that comes. */
    boolean wouldTake() {
        return request.mode == Mode.MOVE || request.mode == Mode.MOVE_PRESETTLED;
    }

    /** It sees what comes, and takes nothing. */
    boolean follows() {
        return cursor != null && cursor.follows();
    }

    public Outcome lossOutcome() {
        return request.lossOutcome;
    }

    /** Where it is attached, or was last; empty before it was. Shard's thread. */
    public Optional<Dispatcher> home() {
        return home;
    }

    void home(Dispatcher dispatcher) {
        home = Optional.of(dispatcher);
    }

    /** It looks for messages by itself, and the page it is at is being read. */
    boolean isWaitingForPage() {
        return (cursor != null && cursor.isWaiting())
                || (fetched != null && fetched.isWaiting())
                || (filter != null && (filter.isWaiting() || filter.isTired()));
    }

    /** It had credit. @param nowMillis when that may have ended */
    void creditMayHaveEnded(long nowMillis) {
        if (!hasCredit()) {
            withoutCreditSinceMillis = nowMillis;
        }
    }

    boolean isFiltering() {
        return request.filter.isPresent() || session != null;
    }

    /** Whether it wants the message. */
    boolean selects(Message message) {
        return (session == null || isOfSession(message))
                && (request.filter.isEmpty() || request.filter.get().test(message));
    }

    /** It takes messages of a session, and all of that session. */
    boolean takesWholeSession() {
        return session != null && request.filter.isEmpty();
    }

    private boolean isOfSession(Message message) {
        String id = session.id();
        return id == null
                ? !message.group().isNone()
                        && home.isPresent()
                        && home.get().sessions().isFree(message.group())
                : message.group().id().equals(id);
    }

    /** Whether it wants the message, and has not said that it is undeliverable to it. */
    boolean mayTake(QueueEntry entry) {
        return !entry.excludes(this) && selects(entry.message);
    }

    /** It gets nothing of what comes its way: it looks on, or has named what it wants. */
    boolean isApart() {
        return mode() == Mode.COPY || request.mode == Mode.FETCH;
    }

    /** It is the broker itself. */
    boolean isTakingAway() {
        return request.mode == Mode.TAKE_AWAY;
    }

    boolean isExclusive() {
        return request.terms.exclusive;
    }

    Sight sight() {
        return request.terms.sight;
    }

    boolean isAnnotated() {
        return request.terms.annotated;
    }

    /** The higher comes first. */
    int rank() {
        return place.suspect ? Integer.MIN_VALUE : request.terms.priority;
    }

    /** It is about to be attached to a queue with this time. */
    void lockFor(long queueLockMillis) {
        long unasked =
                queueLockMillis == QueueDefinition.UNLIMITED ? request.terms.lockMillisOtherwise : queueLockMillis;
        long millis = request.terms.lockMillis.orElse(unasked);
        if (session == null) {
            lockMillis = millis;
        } else {
            // What it has of its session it has as long as that.
            session.lockMillis = millis;
        }
    }

    boolean hasCredit() {
        return delivered < deliveryLimit;
    }
}
