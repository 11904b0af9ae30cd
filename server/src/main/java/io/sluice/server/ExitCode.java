package io.sluice.server;

/** What the program's exit tells a script. Stable: a code is never given another meaning. */
public final class ExitCode {
    public static final int OK = 0;
    /** The broker answered and said no. */
    public static final int REFUSED = 1;
    /** The command line is wrong. */
    public static final int USAGE = 2;
    /** No broker answers there, or the connection was lost. */
    public static final int UNREACHABLE = 3;
    /** Not in the time given: no message, no credit, no answer. */
    public static final int TIMED_OUT = 4;
    /** {@code serve}: the configuration is wrong. */
    public static final int CONFIGURATION = 10;
    /** {@code serve}: the data folder is in use, unwritable, full or damaged. */
    public static final int DATA_FOLDER = 11;
    /** {@code serve}: the address cannot be listened on. */
    public static final int LISTEN = 12;
    /** {@code serve}: the journal failed while running, and the broker stopped to protect the data. */
    public static final int JOURNAL_FAILED = 13;
    /** A defect of Sluice. */
    public static final int DEFECT = 70;

    private ExitCode() {}
}
