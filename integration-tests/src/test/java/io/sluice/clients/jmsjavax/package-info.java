/** Qpid JMS 1, the line of {@code javax.jms}, unmodified, against the started program. */
package io.sluice.clients.jmsjavax;
