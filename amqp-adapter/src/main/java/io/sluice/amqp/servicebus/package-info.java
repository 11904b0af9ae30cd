/** What Service Bus's clients ask for beside AMQP: lock tokens, and operations on a queue's or subscription's own {@code $management}. */
package io.sluice.amqp.servicebus;
