/** The nouns of the broker: messages, addresses, outcomes, definitions. Pure values, no behaviour that needs a thread. */
package io.sluice.broker;
