/** What the outside implements for the broker: the journal, the message store, listeners of a front end. */
package io.sluice.broker.port;
