package io.sluice.server.cli;

import io.sluice.server.ExitCode;

/** A command did not do what it was asked; the program prints the message and exits with the code. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message one sentence for an operator
     */
    CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Whether the broker went away, or closed the connection so that its client connects again. */
    boolean lostConnection() {
        return exitCode == ExitCode.UNREACHABLE || getMessage().startsWith("refused with amqp:connection:forced");
    }

    int exitCode() {
        return exitCode;
    }
}
