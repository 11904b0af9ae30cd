package io.sluice.testkit;

import io.sluice.broker.port.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test moves it: time to live, expiry and all that waits for a time happens then and only
 * then. Any thread; may serve several brokers.
 *
 * <p>When {@link #advance} returns, what became due has happened.
 */
public final class VirtualClock implements Clock {
    private final AtomicLong millis;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private VirtualClock(long startMillis) {
        this.millis = new AtomicLong(startMillis);
    }

    /** A clock that stands at this instant. */
    public static VirtualClock at(Instant start) {
        return new VirtualClock(start.toEpochMilli());
    }

    /** A clock that stands at the present. */
    public static VirtualClock atNow() {
        return at(Instant.now());
    }

    @Override
    public long millis() {
        return millis.get();
    }

    public Instant now() {
        return Instant.ofEpochMilli(millis());
    }

    /** Moves on. @param by zero or more */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not go back, not by " + by);
        }
        millis.addAndGet(by.toMillis());
        listeners.forEach(Runnable::run);
    }

    /** @return takes the listener away again */
    Runnable onAdvance(Runnable listener) {
        Objects.requireNonNull(listener, "listener");
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
