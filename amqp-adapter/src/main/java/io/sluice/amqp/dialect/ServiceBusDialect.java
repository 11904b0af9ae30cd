package io.sluice.amqp.dialect;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;

/** For Azure's Service Bus clients (Java, .NET, Python, JavaScript, Go), which say who they are in their open. */
final class ServiceBusDialect implements Dialect {
    /** In user-agent or product: the prefix of all of Azure's libraries. */
    private static final String AZURE = "azsdk-";

    private static final Set<String> PRODUCTS = Set.of("azure-messaging-servicebus", "MSJSClient", "MSGolangClient");

    static boolean is(Map<Symbol, Object> properties) {
        if (properties == null) {
            return false;
        }
        String product = String.valueOf(properties.get(Symbol.valueOf("product")));
        String agent = String.valueOf(properties.get(Symbol.valueOf("user-agent")));
        return PRODUCTS.contains(product) || List.of(product, agent).stream().anyMatch(text -> text.contains(AZURE));
    }

    @Override
    public String name() {
        return "servicebus";
    }

    @Override
    public Map<Symbol, Object> openProperties(String version, String containerId) {
        return PLAIN.openProperties(version, containerId);
    }

    @Override
    public boolean isServiceBus() {
        return true;
    }
}
