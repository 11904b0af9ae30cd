package io.sluice.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The started program as it is by default, without a configuration file: one for all the test classes of a run that register this, as an
 * application's many users share theirs. They keep out of each other's way by the names of their queues. It is stopped when the run ends, and
 * has to end in order then.
 */
public final class DefaultBroker implements BeforeAllCallback {
    private BrokerProcess process;

    private record Running(Path folder, BrokerProcess process) implements AutoCloseable {
        static Running start() {
            try {
                Path folder = Files.createTempDirectory("sluice-default-broker");
                return new Running(folder, BrokerProcess.start(folder.resolve("data")));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            process.stopInOrder();
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        process = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(DefaultBroker.class))
                .getOrComputeIfAbsent(Running.class, key -> Running.start(), Running.class)
                .process();
    }

    public int port() {
        return process.port();
    }

    public String uri() {
        return process.uri();
    }

    public BrokerProcess process() {
        return process;
    }
}
