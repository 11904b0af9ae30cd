package io.sluice.broker.shard;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeStatus;
import io.sluice.broker.NodeKind;
import io.sluice.broker.explain.RouteExplanation;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import java.util.List;

/**
 * The part of {@link ShardMailbox} that is about exchanges: the same order, the same threads. An exchange is asked for at the shard that
 * owns its name. Who may do what, the front end has asked before.
 */
public final class ExchangeMailbox {
    private final ShardMailbox mailbox;

    ExchangeMailbox(ShardMailbox mailbox) {
        this.mailbox = mailbox;
    }

    /**
     * Declares an exchange; the same definition again changes nothing, another one is refused with {@code PRECONDITION_FAILED} and its info
     * {@code field} names the difference. The answer comes when that is durable.
     */
    public void declare(ExchangeDefinition exchange, Client client, Reply<ExchangeStatus> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().declare(exchange, client, reply, turn));
    }

    /**
     * Deletes an exchange with all bindings from it and to it; its producers are closed with {@code RESOURCE_DELETED}. Answers what it was.
     *
     * @param ifUnused refused with {@code PRECONDITION_FAILED} where it is the source of a binding
     */
    public void delete(String exchange, boolean ifUnused, Client client, Reply<ExchangeStatus> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().delete(exchange, ifUnused, client, reply, turn));
    }

    /** Binds an exchange to a queue or another exchange; the same binding again changes nothing. {@code NOT_FOUND} where an end is not there. */
    public void bind(ExchangeBinding binding, Client client, Reply<ExchangeBinding> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().bind(binding, client, reply, turn));
    }

    /** Ends a binding; answers false where there is none such. An exchange that deletes itself goes with its last one. */
    public void unbind(ExchangeBinding binding, Client client, Reply<Boolean> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().unbind(binding, client, reply, turn));
    }

    /**
     * Where a message would go that was sent to an exchange, queue or topic, as things are; nothing is sent. Asked at the shard that owns the
     * address.
     */
    public void explain(Publish publish, Client client, Reply<RouteExplanation> reply) {
        mailbox.post((shard, turn) -> {
            turn.calling(client);
            reply.done(shard.routes().explain(publish));
        });
    }

    /** One exchange. */
    public void describe(String exchange, Client client, Reply<ExchangeStatus> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().describe(exchange, client, reply, turn));
    }

    /** All exchanges, by name; those that are always there, too. */
    public void list(Client client, Reply<List<ExchangeStatus>> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().list(client, reply, turn));
    }

    /** All bindings, by exchange. */
    public void bindings(Client client, Reply<List<ExchangeBinding>> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().bindings(client, reply, turn));
    }

    /** Bindings this exchange is the source of; none where there is no such exchange. */
    public void bindingsFrom(String exchange, Client client, Reply<List<ExchangeBinding>> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().bindingsFrom(exchange, client, reply, turn));
    }

    /** Bindings that end in the queue or exchange of this name. @param kind which of the two */
    public void bindingsTo(NodeKind kind, String name, Client client, Reply<List<ExchangeBinding>> reply) {
        mailbox.post((shard, turn) -> shard.exchanges().bindingsTo(kind, name, client, reply, turn));
    }
}
