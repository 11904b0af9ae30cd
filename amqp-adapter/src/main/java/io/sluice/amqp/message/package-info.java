/**
 * AMQP's message format (AMQP 1.0 §3.2) between the wire and {@link io.sluice.broker.Message}: reads the few fields the broker
 * acts on without decoding the body, and puts a fresh header in front of the stored bytes without copying them. Everything in
 * here is pure and may be used from any thread.
 */
package io.sluice.amqp.message;
