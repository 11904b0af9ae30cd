package io.sluice.amqp.dialect;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;

/** For RabbitMQ's AMQP 1.0 clients, which look for a node name and choose what they use by the broker's version. */
final class RabbitDialect implements Dialect {
    /** The first they accept is 4.0; 4.1 and later would make them use what we do not have. */
    private static final String VERSION = "4.0.5";

    @Override
    public String name() {
        return "rabbitmq";
    }

    @Override
    public boolean tellsActivity() {
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
