/** Where messages that are sent to a topic go: subscriptions, and which topics they are for. */
package io.sluice.broker.routing;
