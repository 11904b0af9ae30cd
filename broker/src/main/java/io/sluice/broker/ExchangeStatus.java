package io.sluice.broker;

/**
 * An exchange at one moment.
 *
 * @param bindings it is the source of; of the default exchange those that somebody made: none
 * @param producers links attached to it
 */
public record ExchangeStatus(ExchangeDefinition definition, int bindings, int producers) {}
