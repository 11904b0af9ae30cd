package io.sluice.amqp.dialect;

import io.sluice.broker.Outcome;
import io.sluice.broker.Schedule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;

/** For RabbitMQ's AMQP 1.0 clients, which look for a node name and choose what they use by the broker's version. */
final class RabbitDialect implements Dialect {
    /** From 4.1 on they use filters and renew tokens, from 4.2 on SQL filters and direct reply-to. */
    private static final String VERSION = "4.2.0";

    @Override
    public String name() {
        return "rabbitmq";
    }

    /** There, what is undeliverable here is so for everybody: it is how a consumer discards a message and says something on it. */
    @Override
    public Outcome meant(Outcome said) {
        return said instanceof Outcome.Modified modified
                        && modified.undeliverableHere()
                        && !modified.schedule().equals(Schedule.PARKED)
                ? new Outcome.Rejected("", "", Optional.empty(), modified.annotations())
                : said;
    }

    /** As quorum queues of the version that we say we are: the annotation counts what was released, too, the header does not. */
    @Override
    public boolean tellsAcquisitions() {
        return true;
    }

    @Override
    public boolean tellsDeaths() {
        return true;
    }

    @Override
    public boolean tellsActivity() {
        return true;
    }

    @Override
    public boolean endsSessionsThatAreNotAllowed() {
        return true;
    }

    @Override
    public Map<Symbol, Object> openProperties(String version, String containerId) {
        Map<Symbol, Object> properties = new LinkedHashMap<>();
        properties.put(Symbol.valueOf("product"), "Sluice");
        properties.put(Symbol.valueOf("version"), VERSION);
        properties.put(Symbol.valueOf("node"), containerId);
        properties.put(Symbol.valueOf("platform"), "Sluice " + version);
        return properties;
    }
}
