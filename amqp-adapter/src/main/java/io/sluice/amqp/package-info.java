/** An AMQP 1.0 endpoint over proton-j: bytes in, bytes out. No I/O, no clock, no thread of its own. */
package io.sluice.amqp;
