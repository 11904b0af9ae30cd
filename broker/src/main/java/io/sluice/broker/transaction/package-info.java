/** Local transactions (AMQP 1.0 §4): what one holds until it is discharged, and how it ends. No wire, no clock. */
package io.sluice.broker.transaction;
