package io.sluice.broker.shard;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What an operator would read of the broker, as an error or at another level, from here until this is closed. */
final class LoggedErrors implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.sluice.broker");
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    /** Errors. */
    LoggedErrors() {
        this(Level.ERROR);
    }

    /** @param least that is of interest */
    LoggedErrors(Level least) {
        logger.setLevel(least);
        logger.addAppender(appender);
        appender.start();
    }

    List<String> messages() {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(null);
    }
}
