package io.sluice.amqp.dialect;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;

/** How we speak to one kind of client. Immutable; any thread. */
public interface Dialect {
    Dialect PLAIN = new PlainDialect();
    Dialect RABBITMQ = new RabbitDialect();
    Dialect QPID_JMS = new QpidJmsDialect();
    Dialect SERVICE_BUS = new ServiceBusDialect();

    /** RabbitMQ's clients name the virtual host with this prefix in the open frame's hostname. */
    String VIRTUAL_HOST_PREFIX = "vhost:";

    /** For log lines. */
    String name();

    /**
     * The properties of our open frame (AMQP 1.0 §2.7.1).
     *
     * @param version of this program
     * @param containerId ours
     */
    Map<Symbol, Object> openProperties(String version, String containerId);

    /** What a commit is refused with that was rolled back instead (§4.3). */
    default Refusal.Kind rolledBack() {
        return Refusal.Kind.TRANSACTION_ROLLBACK;
    }

    /**
     * Whether its consumers, when they end, settle by themselves what their application has had: what they leave then was only sent
     * ahead, and their default-outcome (§3.5.3) is for what is lost.
     */
    default boolean settlesBeforeTheEnd() {
        return false;
    }

    /** Whether its consumers look for how often a message was given out before, in {@code x-delivery-count}. */
    default boolean tellsAcquisitions() {
        return false;
    }

    /** Whether its consumers are told by RabbitMQ's names where a dead letter was, beside those that are for everybody. */
    default boolean tellsDeaths() {
        return false;
    }

    /** Whether it is told of each link that receives whether it is given messages, also of queues whose consumers all are. */
    default boolean tellsActivity() {
        return false;
    }

    /** Whether its clients take a request that is not allowed for that only where it ends the session it came by (AMQP 1.0 §2.7.7). */
    default boolean endsSessionsThatAreNotAllowed() {
        return false;
    }

    /** What a consumer's word means, where brokers do not agree. @param said as AMQP has it */
    default Outcome meant(Outcome said) {
        return said;
    }

    /**
     * Whether it is one of Service Bus's: it knows deliveries by lock tokens, their locks run out, outcomes mean what they mean there, every
     * message is durable, and addresses have sub-addresses. See docs/servicebus.md.
     */
    default boolean isServiceBus() {
        return false;
    }

    /**
     * The dialect of a peer.
     *
     * @param hostname of its open frame, may be null
     * @param properties of its open frame, may be null
     */
    static Dialect of(String hostname, Map<Symbol, Object> properties) {
        if (hostname != null && hostname.startsWith(VIRTUAL_HOST_PREFIX)) {
            return RABBITMQ;
        }
        Object product = properties == null ? null : properties.get(Symbol.valueOf("product"));
        if (ServiceBusDialect.is(properties)) {
            return SERVICE_BUS;
        }
        if (QpidJmsDialect.PRODUCT.equals(product)) {
            return QPID_JMS;
        }
        return product instanceof String text && text.startsWith("RabbitMQ") ? RABBITMQ : PLAIN;
    }
}
