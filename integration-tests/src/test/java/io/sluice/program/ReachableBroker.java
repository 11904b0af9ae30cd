package io.sluice.program;

import java.util.List;

/** A broker, or several that are one, as clients of a test see it. Any thread. */
public interface ReachableBroker {
    /** Where to connect, at 127.0.0.1, the next time. */
    int port();

    /** Whether clients should go on. */
    boolean isAlive();

    /** What it complained of so far. */
    List<String> errors();
}
