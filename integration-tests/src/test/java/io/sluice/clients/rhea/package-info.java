/** rhea on Node.js, unmodified, against the started program. */
package io.sluice.clients.rhea;
