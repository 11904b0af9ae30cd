package io.sluice.amqp;

import io.sluice.broker.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The open connections of a broker, for administrators. Any thread. A connection belongs to its event loop, so it is asked there
 * and answers later; whoever does not ask costs it nothing.
 */
public final class ConnectionRegistry {
    private final AtomicLong lastNumber = new AtomicLong();
    private final ConcurrentSkipListMap<Long, LiveConnection> connections = new ConcurrentSkipListMap<>();

    private final List<ConnectionRegistry> ofVirtualHosts = new CopyOnWriteArrayList<>();

    /** Of another virtual host with the same users: it hears what becomes of them, too. */
    public void include(ConnectionRegistry other) {
        ofVirtualHosts.add(other);
    }

    /** How many are open. */
    int count() {
        return connections.size();
    }

    long nextNumber() {
        return lastNumber.incrementAndGet();
    }

    void add(LiveConnection connection) {
        connections.put(connection.number(), connection);
    }

    void remove(long number) {
        connections.remove(number);
    }

    /** Numbers of all connections, ascending. */
    public List<Long> numbers() {
        return new ArrayList<>(connections.keySet());
    }

    /** @return the number of the connection from there, empty where there is none */
    public Optional<Long> from(String remoteAddress) {
        return connections.values().stream()
                .filter(connection -> connection.remoteAddress().equals(remoteAddress))
                .map(LiveConnection::number)
                .findFirst();
    }

    /**
     * @param then hears once, on the connection's event loop; empty where it went meanwhile
     * @return false where there is no such connection: then nobody hears anything
     */
    public boolean status(long number, Consumer<Optional<ConnectionStatus>> then) {
        return ask(number, connection -> Optional.of(connection.status()), Optional.empty(), then);
    }

    /** As {@link #status}, of the links of a connection, ascending by number; none where it went meanwhile. */
    public boolean links(long number, Consumer<List<LinkStatus>> then) {
        return ask(number, LiveConnection::links, List.of(), then);
    }

    /** Closes a connection with {@code amqp:connection:forced}. As {@link #status}; {@code then} hears whether it was closed. */
    public boolean close(long number, String reason, Consumer<Boolean> then) {
        return ask(number, connection -> connection.close(reason), false, then);
    }

    /**
     * Closes all connections of a user, who is not welcome any more, with {@code amqp:unauthorized-access}: a client must not take it for
     * a reason to connect again at once.
     */
    public void closeUser(Principal user, String reason) {
        ofVirtualHosts.forEach(other -> other.closeUser(user, reason));
        connections.values().stream()
                .filter(connection -> connection.isBy(user))
                .forEach(connection -> connection.ask(() -> connection.unauthorized(reason)));
    }

    /** What a user may do has changed: links that are not allowed any more are detached with {@code amqp:unauthorized-access}. */
    public void permissionsChanged(Principal user) {
        ofVirtualHosts.forEach(other -> other.permissionsChanged(user));
        connections.values().stream()
                .filter(connection -> connection.isBy(user))
                .forEach(connection -> connection.ask(connection::permissionsChanged));
    }

    /** Detaches a link with {@code amqp:link:detach-forced}. As {@link #status}; {@code then} hears whether it was there. */
    public boolean detach(long number, int link, String reason, Consumer<Boolean> then) {
        return ask(number, connection -> connection.detach(link, reason), false, then);
    }

    private <T> boolean ask(long number, Function<LiveConnection, T> question, T gone, Consumer<T> then) {
        LiveConnection connection = connections.get(number);
        return connection != null
                && connection.ask(() -> {
                    boolean still = connections.get(number) == connection;
                    then.accept(still ? question.apply(connection) : gone);
                });
    }
}
