/** Qpid JMS, unmodified, against the started program. */
package io.sluice.clients.jms;
