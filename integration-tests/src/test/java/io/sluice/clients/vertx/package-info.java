/** Vert.x AMQP Client, unmodified, against the started program. */
package io.sluice.clients.vertx;
