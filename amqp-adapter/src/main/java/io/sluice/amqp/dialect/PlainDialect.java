package io.sluice.amqp.dialect;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;

/** AMQP 1.0 as written, for every client that says nothing else. */
final class PlainDialect implements Dialect {
    @Override
    public String name() {
        return "plain";
    }

    @Override
    public Map<Symbol, Object> openProperties(String version, String containerId) {
        Map<Symbol, Object> properties = new LinkedHashMap<>();
        properties.put(Symbol.valueOf("product"), "Sluice");
        properties.put(Symbol.valueOf("version"), version);
        properties.put(Symbol.valueOf("platform"), "Java " + Runtime.version().feature());
        return properties;
    }
}
