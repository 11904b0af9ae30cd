package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.SessionRequest;

/** The lock of one consumer on one session, or its wait for one. Written by the shard's thread; a front end may read it. */
public final class SessionLock {
    private final SessionRequest request;
    private volatile String id;
    private volatile long endsAtMillis = Long.MAX_VALUE;
    /** How long it lasts, from when it is given or renewed. */
    long lockMillis = QueueDefinition.UNLIMITED;

    private boolean answerWaits;

    SessionLock(SessionRequest request) {
        this.request = request;
    }

    SessionRequest request() {
        return request;
    }

    /** Of the session; null while the consumer waits for one. */
    public String id() {
        return id;
    }

    /** Epoch milliseconds; {@link Long#MAX_VALUE} where it does not end by itself. */
    public long endsAtMillis() {
        return endsAtMillis;
    }

    boolean isHeld() {
        return id != null;
    }

    /** The consumer waits from now on. */
    void waits(long nowMillis) {
        endsAtMillis = nowMillis + Math.min(request.waitMillis(), Long.MAX_VALUE / 2);
    }

    void holds(String session, long nowMillis) {
        renew(nowMillis);
        id = session;
    }

    /** It lasts anew. */
    void renew(long nowMillis) {
        boolean ends = lockMillis != QueueDefinition.UNLIMITED;
        endsAtMillis = ends ? nowMillis + Math.min(lockMillis, Long.MAX_VALUE / 2) : Long.MAX_VALUE;
    }

    /** Whether the consumer may be told that it is attached. Where not, {@link #answerWaits} from here on. */
    boolean mayBeAnswered() {
        answerWaits = !isHeld();
        return !answerWaits;
    }

    /** Whether it was to be told already, and was not. */
    boolean answerWaits() {
        return answerWaits;
    }
}
