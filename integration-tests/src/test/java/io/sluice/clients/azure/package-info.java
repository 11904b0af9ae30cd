/** Azure's Service Bus client for Java, against the program. */
package io.sluice.clients.azure;
