package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.ErrorCondition;
import org.apache.qpid.protonj2.client.Link;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionRemotelyClosedException;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionSecurityException;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientOperationTimedOutException;
import org.apache.qpid.protonj2.client.exceptions.ClientResourceRemotelyClosedException;
import org.apache.qpid.protonj2.client.exceptions.ClientSendTimedOutException;

/** An open connection to a broker, for the length of one command. Not thread-safe. */
final class BrokerConnection implements AutoCloseable {
    private static final long OPEN_TIMEOUT_MILLIS = 10_000;
    private static final long CLOSE_TIMEOUT_MILLIS = 5_000;

    private final BrokerUrl url;
    private final Client client;
    private final Connection connection;

    private BrokerConnection(BrokerUrl url, Client client, Connection connection) {
        this.url = url;
        this.client = client;
        this.connection = connection;
    }

    /** @throws CommandFailure nothing listens there, or the broker will not have us */
    static BrokerConnection open(BrokerUrl url) throws CommandFailure {
        ConnectionOptions options = new ConnectionOptions()
                .openTimeout(OPEN_TIMEOUT_MILLIS)
                .closeTimeout(CLOSE_TIMEOUT_MILLIS)
                .virtualHost(url.virtualHost().orElse(url.host()));
        url.user().ifPresent(user -> options.user(user).password(url.password()));
        Client client = Client.create();
        try {
            Connection connection = client.connect(url.host(), url.port(), options);
            BrokerConnection opened = new BrokerConnection(url, client, connection);
            connection.openFuture().get(OPEN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            if (url.virtualHost().isPresent() && !url.virtualHost().equals(opened.virtualHost())) {
                opened.close();
                throw new CommandFailure(
                        ExitCode.REFUSED,
                        url + ": there is no virtual host '" + url.virtualHost().get() + "'");
            }
            return opened;
        } catch (ExecutionException e) {
            client.close();
            throw openFailure(url, e.getCause());
        } catch (ClientException | TimeoutException e) {
            client.close();
            throw openFailure(url, e);
        } catch (InterruptedException e) {
            client.close();
            throw interrupted();
        }
    }

    /** As the broker tells it: it takes a name that it does not know for one of its own. */
    private Optional<String> virtualHost() throws ClientException {
        Map<String, Object> properties = connection.properties();
        return Optional.ofNullable(properties).map(all -> (String) all.get("virtual-host"));
    }

    Connection amqp() {
        return connection;
    }

    /** Waits until the broker has answered the attach. */
    void awaitOpen(Link<?> link) throws CommandFailure, ClientException {
        try {
            link.openFuture().get(OPEN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ClientException cause ? cause : new ClientException("" + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new ClientOperationTimedOutException("no answer to the attach");
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** What a failed operation on an open connection means to the operator. */
    CommandFailure failure(ClientException e) {
        if (e instanceof ClientSendTimedOutException || e instanceof ClientOperationTimedOutException) {
            return new CommandFailure(ExitCode.TIMED_OUT, url + " gave no answer in time: " + e.getMessage());
        }
        if (e instanceof ClientResourceRemotelyClosedException closed && closed.getErrorCondition() != null) {
            return refused(closed.getErrorCondition());
        }
        if (e instanceof ClientConnectionRemotelyClosedException closed
                && closed.getErrorCondition() != null
                && !closed.getErrorCondition().condition().equals("amqp:connection:forced")) {
            return refused(closed.getErrorCondition());
        }
        return new CommandFailure(ExitCode.UNREACHABLE, "the connection to " + url + " was lost: " + e.getMessage());
    }

    /** @param condition of a close or detach by the broker */
    static CommandFailure refused(ErrorCondition condition) {
        return refused(condition.condition(), condition.description());
    }

    static CommandFailure refused(String condition, String description) {
        String why = description == null || description.isEmpty() ? "" : ": " + description;
        return new CommandFailure(ExitCode.REFUSED, "refused with " + condition + why);
    }

    static CommandFailure interrupted() {
        Thread.currentThread().interrupt();
        return new CommandFailure(ExitCode.TIMED_OUT, "interrupted");
    }

    private static CommandFailure openFailure(BrokerUrl url, Throwable e) {
        if (e instanceof ClientConnectionSecurityException) {
            return refused("amqp:unauthorized-access", url + " does not accept these credentials");
        }
        if (e instanceof ClientResourceRemotelyClosedException closed && closed.getErrorCondition() != null) {
            return refused(closed.getErrorCondition());
        }
        String why = e instanceof TimeoutException ? "no answer" : rootMessage(e);
        return new CommandFailure(ExitCode.UNREACHABLE, "cannot connect to " + url + ": " + why);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** Closes the connection in order: the broker has taken everything sent before this returns. */
    @Override
    public void close() {
        client.close();
    }
}
