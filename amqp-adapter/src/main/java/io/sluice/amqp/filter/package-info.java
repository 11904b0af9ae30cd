/**
 * What a receiver asks for with its source's filters (AMQP 1.0 §3.5.8): JMS selectors, AMQP SQL filters and property filters,
 * compiled once and asked of messages in their encoded form. No I/O; everything compiled is immutable and any thread may ask it.
 */
package io.sluice.amqp.filter;
