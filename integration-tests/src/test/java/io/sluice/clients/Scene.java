package io.sluice.clients;

import java.nio.file.Path;

/**
 * What a check has: a broker with ports for AMQP (anonymous, PLAIN, SCRAM), TLS and WebSocket, and addresses that nobody else uses.
 *
 * @param address a name for the queue or topic of this check, and the beginning of others it needs
 */
public record Scene(ClientBroker broker, String address) {
    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return broker.port("amqp");
    }

    public int port(String scheme) {
        return broker.port(scheme);
    }

    /** @param suffix what is behind the name of this check */
    public String address(String suffix) {
        return address + "." + suffix;
    }

    /** PEM of the authority that vouches for the broker, and PKCS12 with the same. */
    public Path authority() {
        return broker.identities().authority();
    }

    public Path trust() {
        return broker.identities().trust();
    }

    public ClientIdentities identities() {
        return broker.identities();
    }

    /** Stops the broker as its service manager would and starts it again, on the same ports and data. */
    public void restartBroker() throws Exception {
        broker.restart();
    }

    /** The same with SIGKILL: no connection is closed in order. */
    public void killBroker() throws Exception {
        broker.killAndRestart();
    }
}
