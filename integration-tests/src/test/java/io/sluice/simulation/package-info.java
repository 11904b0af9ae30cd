/** A cluster in one thread from one seed: real shards and stores, a simulated log that several members keep, and what must hold. */
package io.sluice.simulation;
