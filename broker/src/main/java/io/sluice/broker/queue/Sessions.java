package io.sluice.broker.queue;

import io.sluice.broker.Refusal;
import io.sluice.broker.SessionState;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the consumer that has a session asks of it: that its lock lasts, and what is kept with it. Shard's thread only. */
public final class Sessions {
    private final Queue queue;
    private final SessionStates states;

    Sessions(Queue queue, SessionStates states) {
        this.queue = queue;
        this.states = states;
    }

    /** Why none of these has the session; empty where one does. */
    public Optional<Refusal> refusalOf(String session, Set<Consumer> ofWhoAsks) {
        return queue.dispatcher()
                        .sessions()
                        .holder(session)
                        .filter(ofWhoAsks::contains)
                        .isPresent()
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        Refusal.Kind.SESSION_LOCK_LOST,
                        "who asks has no lock on session '" + session + "' of queue '" + queue.name() + "'"));
    }

    /** Makes the lock last anew; of a session that somebody has. @return epoch milliseconds at which it ends */
    public long renew(String session, long nowMillis) {
        return queue.dispatcher().sessions().renew(session, nowMillis).orElseThrow();
    }

    /** What is kept with the session, as applied; empty where nothing is. */
    public Optional<SessionState> state(String session) {
        return states.of(session);
    }

    /** Of all sessions with which something is kept, as applied. */
    public Map<String, SessionState> states() {
        return Map.copyOf(states.all());
    }

    /**
     * @param newState empty: nothing is kept any longer
     * @param journalBytes what the journal can take at once
     * @param then runs when that is so
     * @return why not, empty where it is done
     */
    public Optional<Refusal> keep(
            String session, Optional<byte[]> newState, int journalBytes, Turn turn, Turn.Effect then) {
        int most = Math.min(journalBytes, SessionState.MAX_BYTES);
        Optional<Refusal> refusal = newState.flatMap(bytes -> states.refusalOf(session, bytes, most));
        if (refusal.isEmpty()) {
            states.set(session, newState.map(bytes -> new SessionState(bytes, turn.nowMillis())), turn, then);
        }
        return refusal;
    }
}
