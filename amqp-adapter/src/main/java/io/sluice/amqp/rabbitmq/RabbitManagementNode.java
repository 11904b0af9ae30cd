package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.Access;
import io.sluice.amqp.LocalNode;
import io.sluice.amqp.Shards;
import io.sluice.amqp.message.MessageFields;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers requests of HTTP over AMQP as RabbitMQ does. Any thread; holds nothing of a request. */
public final class RabbitManagementNode implements LocalNode {
    /** Where it is found. */
    public static final String ADDRESS = "/management";

    private final Routes routes = new Routes();

    /**
     * @param template what a queue of that name is as far as nothing is said
     * @param names for queues of which their declarer names none; nobody is to guess them
     * @param node as clients are told of it
     */
    public RabbitManagementNode(
            Shards shards, Function<String, QueueDefinition> template, Supplier<String> names, BrokerNode node) {
        new QueueResource(shards, template, names, node).in(routes);
        new ExchangeResource(shards).in(routes);
        new BindingResource(shards).in(routes);
        new TokenResource().in(routes);
    }

    @Override
    public boolean isPaired() {
        return true;
    }

    @Override
    public void request(Message request, String replyTo, Consumer<Message> reply) {
        request(request, replyTo, Access.ALL, reply);
    }

    @Override
    public void request(Message request, String replyTo, Access access, Consumer<Message> reply) {
        HttpAnswer answer = new HttpAnswer(replyTo, MessageFields.messageId(request), access, reply);
        try {
            routes.handle(HttpRequest.parse(request, access), answer);
        } catch (HttpException e) {
            answer.refuse(e);
        }
    }
}
