package io.sluice.server;

import io.sluice.broker.port.StorageException;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A broker that cannot go on: in the log once, and as an exit code. */
final class BrokerFailure {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerFailure.class);

    private BrokerFailure() {}

    /** @param onFailure gets one of {@link ExitCode} */
    static void report(Throwable cause, IntConsumer onFailure) {
        if (cause instanceof StorageException) {
            LOG.error("The broker stops, nothing more is accepted: {}", cause.getMessage());
            onFailure.accept(ExitCode.JOURNAL_FAILED);
        } else {
            LOG.error("The broker stops: this is a defect of Sluice, please report it", cause);
            onFailure.accept(ExitCode.DEFECT);
        }
    }
}
