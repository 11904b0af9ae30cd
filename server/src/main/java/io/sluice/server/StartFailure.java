package io.sluice.server;

/** The broker cannot start. Everything opened is closed again, and what is stored is as it was. */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message one sentence for an operator: what and where
     */
    StartFailure(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** As above, of what nothing else has caused. */
    StartFailure(int exitCode, String message) {
        this(exitCode, message, null);
    }

    public int exitCode() {
        return exitCode;
    }
}
