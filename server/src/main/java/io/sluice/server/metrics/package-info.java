/** The broker's figures, kept by Micrometer and given to Prometheus: the only place with {@code io.micrometer}. */
package io.sluice.server.metrics;
