/** Tokens of claims based security: what they are made out for, and shared access signatures. No I/O. */
package io.sluice.amqp.token;
