/** Real clients, unmodified, against the started program: what they can do, and a test of each. */
package io.sluice.clients;
