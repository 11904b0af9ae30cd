package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.PrintWriter;

/** The first message through a broker that was just started: by the very commands a user would give next, over TCP. */
final class Hello {
    private static final String QUEUE = "hello";

    private final PrintWriter out;

    Hello(PrintWriter out) {
        this.out = out;
    }

    /** @param address {@code host:port} */
    void greet(String address) {
        String url = "amqp://" + address;
        boolean sent = run("accepted: it is on disk", "send", QUEUE, "Hello from Sluice", "--url", url);
        if (sent && run("received and acknowledged: it is gone", "receive", QUEUE, "--url", url)) {
            out.println("The broker goes on serving; Ctrl-C stops it.");
        }
        out.flush();
    }

    private boolean run(String result, String... command) {
        out.println("$ sluice " + String.join(" ", command).replace("Hello from Sluice", "\"Hello from Sluice\""));
        out.flush();
        int exitCode = Commands.commandLine(false, out, out).execute(command);
        out.println("  " + (exitCode == ExitCode.OK ? result : "failed with exit code " + exitCode));
        out.flush();
        return exitCode == ExitCode.OK;
    }
}
