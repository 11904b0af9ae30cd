/** The commands of the program {@code sluice}. Everything that talks to a broker as a client is here and only here. */
package io.sluice.server.cli;
