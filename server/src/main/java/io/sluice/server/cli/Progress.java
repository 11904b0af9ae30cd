package io.sluice.server.cli;

import java.io.PrintStream;

/** Tells a person at a terminal how far long work is; silent in scripts. */
final class Progress implements AutoCloseable {
    /** Set by the launcher when standard error is a terminal. */
    private static final String TERMINAL = "sluice.terminal";

    private static final long EVERY_NANOS = 250_000_000;

    private final PrintStream terminal;
    private final String verb;
    private final long total;
    private final long startedAt = System.nanoTime();
    private long shownAt = startedAt;
    private boolean shown;

    /**
     * @param verb what is done to the messages, "sent"
     * @param total 0 where it is not known
     */
    Progress(String verb, long total) {
        this(Boolean.getBoolean(TERMINAL) ? System.err : null, verb, total);
    }

    /** @param terminal null: silent */
    Progress(PrintStream terminal, String verb, long total) {
        this.terminal = terminal;
        this.verb = verb;
        this.total = total;
    }

    void at(long done) {
        long now = System.nanoTime();
        if (terminal == null || now - shownAt < EVERY_NANOS) {
            return;
        }
        shownAt = now;
        shown = true;
        long perSecond = Math.round(done * 1e9 / (now - startedAt));
        String of = total == 0 ? "" : " of " + total;
        terminal.print("\r" + done + of + " messages " + verb + ", " + perSecond + " per second   ");
        terminal.flush();
    }

    /** Leaves the line, so that what is printed next starts on its own. */
    @Override
    public void close() {
        if (shown) {
            terminal.println();
        }
    }
}
