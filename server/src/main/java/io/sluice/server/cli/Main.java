package io.sluice.server.cli;

/** The program {@code sluice}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int exitCode = Commands.run(arguments);
        System.out.flush();
        System.exit(exitCode);
    }
}
