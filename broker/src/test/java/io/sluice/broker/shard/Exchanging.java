package io.sluice.broker.shard;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.ExchangeStatus;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Exchanges of a shard, asked in a test's words. */
final class Exchanging {
    final ShardFixture shard;

    Exchanging(ShardFixture shard) {
        this.shard = shard;
    }

    private <T> Answer<T> ask(Consumer<Answer<T>> question) {
        Answer<T> answer = new Answer<>();
        shard.runWhere(() -> question.accept(answer));
        return answer;
    }

    private ExchangeMailbox mailbox() {
        return shard.mailbox().exchanges();
    }

    Answer<ExchangeStatus> declare(ExchangeDefinition exchange) {
        return ask(answer -> mailbox().declare(exchange, shard.client, answer));
    }

    Exchanging exchange(String name, Type type) {
        declare(ExchangeDefinition.named(name, type)).value();
        return this;
    }

    Answer<ExchangeStatus> delete(String exchange) {
        return ask(answer -> mailbox().delete(exchange, false, shard.client, answer));
    }

    Answer<ExchangeStatus> deleteUnused(String exchange) {
        return ask(answer -> mailbox().delete(exchange, true, shard.client, answer));
    }

    Answer<ExchangeBinding> tryBind(ExchangeBinding binding) {
        return ask(answer -> mailbox().bind(binding, shard.client, answer));
    }

    Exchanging bind(ExchangeBinding binding) {
        tryBind(binding).value();
        return this;
    }

    Exchanging bind(String exchange, String queue, String key) {
        return bind(ExchangeBinding.toQueue(exchange, queue, key));
    }

    /** To a queue that is declared for it. */
    Exchanging bindNew(String exchange, String queue, String key) {
        shard.queue(queue);
        return bind(exchange, queue, key);
    }

    Answer<Boolean> unbind(ExchangeBinding binding) {
        return ask(answer -> mailbox().unbind(binding, shard.client, answer));
    }

    List<String> names() {
        return this.<List<ExchangeStatus>>ask(answer -> mailbox().list(shard.client, answer)).value().stream()
                .map(status -> status.definition().name())
                .filter(name -> !ExchangeDefinition.isReserved(name))
                .toList();
    }

    List<ExchangeBinding> bindings() {
        return this.<List<ExchangeBinding>>ask(answer -> mailbox().bindings(shard.client, answer))
                .value();
    }

    List<ExchangeBinding> bindingsFrom(String exchange) {
        return this.<List<ExchangeBinding>>ask(answer -> mailbox().bindingsFrom(exchange, shard.client, answer))
                .value();
    }

    List<ExchangeBinding> bindingsTo(NodeKind kind, String name) {
        return this.<List<ExchangeBinding>>ask(answer -> mailbox().bindingsTo(kind, name, shard.client, answer))
                .value();
    }

    TestProducer producer(String exchange) {
        TestProducer producer = new TestProducer(shard, NodeKind.EXCHANGE, Optional.of(exchange));
        shard.runWhere(() -> shard.mailbox().attach(producer.handle));
        return producer;
    }

    /** A durable message over the anonymous terminus. @return why it was refused, null where it was not */
    Refusal send(String exchange, String key, String body) {
        return send(exchange, key, body, Map.of());
    }

    Refusal send(String exchange, String key, String body, Map<String, Object> headers) {
        return send(exchange, key, ShardFixture.message(body, Message.Header.DURABLE), headers);
    }

    Refusal send(String exchange, String key, Message message, Map<String, Object> headers) {
        TestProducer producer = shard.anonymous();
        shard.runWhere(() -> shard.mailbox().publish(producer.handle, publish(exchange, key, message, headers)));
        producer.detach();
        return producer.refusals.isEmpty() ? null : producer.refusals.get(0);
    }

    static Publish publish(String exchange, String key, Message message, Map<String, Object> headers) {
        return new Publish(NodeKind.EXCHANGE, exchange, message) {
            @Override
            public String routingKey() {
                return key;
            }

            @Override
            public Object header(String name) {
                return headers.get(name);
            }

            @Override
            public String duplicateId(String property) {
                Object id = headers.get(property.isEmpty() ? "id" : property);
                return id == null ? "" : id.toString();
            }
        };
    }
}
