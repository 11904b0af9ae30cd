package io.sluice.program;

import java.util.List;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** A broker, or several that are one, as clients of a test see it. Any thread. */
public interface ReachableBroker {
    /** The next connection; where there are several brokers, to one after the other. */
    Connection connect(Client client) throws ClientException;

    /** Whether clients should go on. */
    boolean isAlive();

    /** What it complained of so far. */
    List<String> errors();
}
