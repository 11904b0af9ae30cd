/** protonj2-client, unmodified, against the started program. */
package io.sluice.clients.protonj2;
