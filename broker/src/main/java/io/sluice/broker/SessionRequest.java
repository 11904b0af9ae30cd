package io.sluice.broker;

import java.util.Objects;
import java.util.Optional;

/**
 * A consumer wants one session and nothing else: the messages of one group, which nobody else gets while it has the lock on it.
 *
 * @param id of the session; empty: of the next one that has messages and that nobody has
 * @param waitMillis how long it waits for that, 0 or more
 */
public record SessionRequest(Optional<String> id, long waitMillis) {
    /** As in Service Bus. */
    public static final int MAX_ID_LENGTH = 128;

    public SessionRequest {
        Objects.requireNonNull(id, "id");
        if (id.isPresent() && (id.get().isEmpty() || id.get().length() > MAX_ID_LENGTH)) {
            throw new IllegalArgumentException("a session id has 1 to " + MAX_ID_LENGTH + " characters");
        }
        if (waitMillis < 0) {
            throw new IllegalArgumentException("nobody waits " + waitMillis + " ms for a session");
        }
    }
}
