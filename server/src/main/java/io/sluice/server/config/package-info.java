/** What an operator configures: the typed values, and the reader of {@code sluice.yaml} with its errors. */
package io.sluice.server.config;
