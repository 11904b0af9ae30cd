/** Where brokers disagree: one answer per question, chosen by what the peer says of itself. */
package io.sluice.amqp.dialect;
