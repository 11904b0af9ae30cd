/** The program: puts the broker, its storage and its AMQP endpoint together, and starts and stops them. */
package io.sluice.server;
