package io.sluice.amqp.dialect;

import io.sluice.broker.Refusal;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;

/** For Qpid JMS, up to 2.10 at least. */
final class QpidJmsDialect implements Dialect {
    static final String PRODUCT = "QpidJMS";

    @Override
    public String name() {
        return "qpid-jms";
    }

    @Override
    public Map<Symbol, Object> openProperties(String version, String containerId) {
        return PLAIN.openProperties(version, containerId);
    }

    /** All its consumers say that their default-outcome is a failed delivery, and get a thousand messages ahead. */
    @Override
    public boolean settlesBeforeTheEnd() {
        return true;
    }

    /**
     * It throws {@code TransactionRolledBackException}, as JMS asks, for every condition of a refused commit but the one that says so:
     * that one it takes for a transaction in doubt.
     */
    @Override
    public Refusal.Kind rolledBack() {
        return Refusal.Kind.PRECONDITION_FAILED;
    }
}
