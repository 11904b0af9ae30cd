package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line of the program {@code sluice}. */
@Command(
        name = "sluice",
        description = "An AMQP 1.0 message broker, and the tools to work with one.",
        mixinStandardHelpOptions = true,
        versionProvider = Commands.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServeCommand.class,
            SendCommand.class,
            ReceiveCommand.class,
            BrowseCommand.class,
            QueueCommand.class,
            ExplainCommand.class,
            MessageCommand.class,
            ScheduledCommand.class,
            TopicCommand.class,
            SubscriptionCommand.class,
            ExchangeCommand.class,
            ConnectionCommand.class,
            ClusterCommand.class,
            LinkCommand.class,
            MoveCommand.class,
            UserCommand.class,
            PolicyCommand.class,
            DivertCommand.class,
            StorageCommand.class,
            HttpCommand.class,
            WarmUpCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "   0  done",
            "   1  the broker refused; condition and description are printed. storage: something is damaged",
            "   2  wrong usage",
            "   3  cannot connect, or the connection was lost",
            "   4  timed out, or no message",
            "  10  serve, cluster init: the configuration is wrong",
            "  11  serve, storage, cluster init: the data folder is in use, unwritable, full or damaged",
            "  12  serve, http: the address cannot be listened on",
            "  13  serve: the journal failed while running",
            "  70  a defect of Sluice"
        })
public final class Commands {
    private Commands() {}

    /** Runs one command to its end; never throws. @return one of {@link ExitCode} */
    public static int run(String... arguments) {
        boolean serve = arguments.length > 0 && arguments[0].equals("serve");
        if (!serve) {
            // Before the first logger is made: a client command has no log of its own, its answer is its output.
            System.setProperty("logback.configurationFile", "io/sluice/server/cli/logback-client.xml");
        }
        return commandLine(serve, new PrintWriter(System.out, false), new PrintWriter(System.err, true))
                .execute(serve ? java.util.Arrays.copyOfRange(arguments, 1, arguments.length) : arguments);
    }

    /**
     * As {@link #run(String...)}, for a program that has a log of its own and wants to have what the command prints. Not for serve.
     *
     * @param out gets the answer
     * @param err gets what went wrong
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return commandLine(false, out, err).execute(arguments);
    }

    /** @param serve only that command: the others are not loaded, which a start under a second needs */
    static CommandLine commandLine(boolean serve, PrintWriter out, PrintWriter err) {
        CommandLine line = serve
                ? new CommandLine(new ServeCommand()).setCommandName("sluice serve")
                : new CommandLine(new Commands());
        return line.setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Commands::misused)
                .setExecutionExceptionHandler(Commands::failed);
    }

    /** Two lines: what is wrong, and where the rest stands. */
    private static int misused(CommandLine.ParameterException wrong, String[] arguments) {
        CommandLine line = wrong.getCommandLine();
        String name = line.getCommandSpec().qualifiedName();
        line.getErr().println("sluice: " + wrong.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(wrong, line.getErr());
        line.getErr().println("Try: " + name + " --help");
        return ExitCode.USAGE;
    }

    private static int failed(Exception failure, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
        if (failure instanceof CommandFailure expected) {
            line.getErr().println("sluice: " + expected.getMessage());
            return expected.exitCode();
        }
        if (failure instanceof IOException io) {
            String what = io.getMessage();
            line.getErr()
                    .println("sluice: "
                            + (io instanceof java.nio.file.NoSuchFileException ? "there is no file " + what : what));
            return ExitCode.USAGE;
        }
        line.getErr().println("sluice: this is a defect of Sluice, please report it: " + failure);
        failure.printStackTrace(line.getErr());
        return ExitCode.DEFECT;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Commands.class.getPackage().getImplementationVersion();
            return new String[] {"sluice " + (version == null ? "of an unpacked build" : version)};
        }
    }
}
