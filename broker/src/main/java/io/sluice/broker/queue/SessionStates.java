package io.sluice.broker.queue;

import io.sluice.broker.Refusal;
import io.sluice.broker.SessionState;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What consumers keep with the sessions of a queue; durable where the queue is. It goes with the queue, and when it is taken away. */
final class SessionStates {
    /** Of a queue. */
    static final int MAX_STATES = 10_000;

    static final long MAX_BYTES = 16L << 20;
    /** What a state costs in memory beside its bytes and characters; about. */
    private static final long STATE_BYTES = 200;

    private final QueueState state;
    private final Map<String, SessionState> bySession = new TreeMap<>();
    private long bytes;
    /** Decided, not yet applied. */
    private int pending;

    private long pendingBytes;

    SessionStates(QueueState state) {
        this.state = state;
    }

    Optional<SessionState> of(String session) {
        return Optional.ofNullable(bySession.get(session));
    }

    /** By session. */
    Map<String, SessionState> all() {
        return bySession;
    }

    /** Why a session may not keep so much; empty where it may. @param maxBytes of one */
    Optional<Refusal> refusalOf(String session, byte[] newState, int maxBytes) {
        String queue = state.definition().name();
        if (newState.length > maxBytes) {
            return Optional.of(new Refusal(
                    Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                    "the state of a session has " + maxBytes + " bytes at most, not " + newState.length,
                    Map.of("queue", queue, "reason", "sessionStateBytes", "limit", (long) maxBytes)));
        }
        SessionState before = bySession.get(session);
        long all = bytes
                + pendingBytes
                + bytesOf(session, newState)
                - (before == null ? 0 : bytesOf(session, before.bytes()));
        if (all <= MAX_BYTES && (before != null || bySession.size() + pending < MAX_STATES)) {
            return Optional.empty();
        }
        return Optional.of(new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "the sessions of queue '" + queue + "' keep as much as they may: " + MAX_STATES + " states, of "
                        + MAX_BYTES + " bytes together",
                Map.of("queue", queue, "reason", "sessionStates", "limit", MAX_BYTES)));
    }

    /** What was not {@link #refusalOf refused} is decided. @param newState empty: none any longer. @param then runs when it is applied */
    void set(String session, Optional<SessionState> newState, Turn turn, Turn.Effect then) {
        long more = newState.map(each -> bytesOf(session, each.bytes())).orElse(0L);
        pending++;
        pendingBytes += more;
        turn.decide(
                new SessionStateSet(state.id(), session, newState),
                state.definition().durable(),
                applied -> {
                    pending--;
                    pendingBytes -= more;
                    then.run(applied);
                });
    }

    void applied(SessionStateSet set) {
        long was = bytes;
        SessionState before = set.state().isPresent()
                ? bySession.put(set.session(), set.state().get())
                : bySession.remove(set.session());
        bytes -= before == null ? 0 : bytesOf(set.session(), before.bytes());
        bytes += set.state().map(each -> bytesOf(set.session(), each.bytes())).orElse(0L);
        state.memory().add(bytes - was);
    }

    void forgetAll() {
        bySession.clear();
        state.memory().add(-bytes);
        bytes = 0;
    }

    private static long bytesOf(String session, byte[] bytes) {
        return STATE_BYTES + 2L * session.length() + bytes.length;
    }

    /** For a checkpoint. */
    List<SessionStateSet> asRecords() {
        List<SessionStateSet> records = new ArrayList<>(bySession.size());
        bySession.forEach((session, each) -> records.add(new SessionStateSet(state.id(), session, Optional.of(each))));
        return records;
    }
}
