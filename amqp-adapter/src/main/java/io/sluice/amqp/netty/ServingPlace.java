package io.sluice.amqp.netty;

import io.sluice.amqp.AmqpEnvironment;
import java.net.InetSocketAddress;

/** Where the clients of a cluster are served at the moment. A broker on its own serves its clients here. */
public sealed interface ServingPlace {
    /** @param environment what connections share that are accepted from now on */
    record Here(AmqpEnvironment environment) implements ServingPlace {}

    /** @param handThrough where the primary takes connections that come to other nodes */
    record Elsewhere(InetSocketAddress handThrough) implements ServingPlace {}

    /** There is no primary, or none is known. */
    record Unknown() implements ServingPlace {}
}
