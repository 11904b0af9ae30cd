/** The sockets under {@code io.sluice.amqp}: the only place that knows Netty. */
package io.sluice.amqp.netty;
