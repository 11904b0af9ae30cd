/** Who a connecting peer is: the SASL layer (AMQP 1.0 §5.3) over proton-j, one class per mechanism. No I/O. */
package io.sluice.amqp.sasl;
