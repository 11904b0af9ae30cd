/**
 * The {@code $management} node: AMQP Management (OASIS working draft 11) for queues, one class per operation. Requests are rare,
 * so here messages are decoded with proton-j.
 */
package io.sluice.amqp.management;
