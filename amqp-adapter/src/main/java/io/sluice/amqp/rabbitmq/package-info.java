/**
 * The node {@code /management} of RabbitMQ 4, by which its AMQP 1.0 clients declare queues, exchanges and bindings: requests of HTTP over
 * AMQP (OASIS, HTTP Semantics and Content over AMQP 1.0 wd06). A table of routes; a class per kind of resource; the arguments of queues in
 * a class of their own. Nothing here does I/O.
 */
package io.sluice.amqp.rabbitmq;
