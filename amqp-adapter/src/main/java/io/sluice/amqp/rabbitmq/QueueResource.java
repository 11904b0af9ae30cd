package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.Shards;
import io.sluice.amqp.management.QueueOrigins;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Selection;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardMailbox.DeleteCondition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;

/** {@code /queues}: to declare, look at, empty and delete them. Any thread. */
final class QueueResource {
    /** Answers go out one by one: there is nothing to hand over at the end of a turn. */
    static final Client NO_BATCHES = () -> {};

    /** Of names that the broker gives. */
    private static final String RESERVED = "amq.";

    private final Shards shards;
    private final Function<String, QueueDefinition> template;
    private final Supplier<String> names;
    private final BrokerNode node;

    /**
     * @param template what a queue of that name is as far as nothing is said
     * @param names for queues of which their declarer names none
     */
    QueueResource(Shards shards, Function<String, QueueDefinition> template, Supplier<String> names, BrokerNode node) {
        this.shards = shards;
        this.template = template;
        this.names = names;
        this.node = node;
    }

    Routes in(Routes routes) {
        return routes.on("GET", "/queues/:queue", this::get)
                .on("PUT", "/queues/:queue", this::put)
                .on("DELETE", "/queues/:queue", this::delete)
                .on("POST", "/queues", (request, parts, answer) -> declare(names.get(), request, answer))
                .on("DELETE", "/queues/:queue/messages", this::purge);
    }

    /** The shard that has it, or would. */
    static ShardMailbox owner(Shards shards, String name) throws HttpException {
        Optional<Refusal> elsewhere = shards.elsewhere(name);
        if (elsewhere.isPresent()) {
            throw HttpException.of(elsewhere.get());
        }
        return shards.of(name);
    }

    static void check(HttpRequest request, String name) throws HttpException {
        check(request, Action.MANAGE, name);
    }

    /** What goes there by what is declared, its declarer might send itself. */
    static void checkTarget(HttpRequest request, Optional<String> target) throws HttpException {
        if (target.isPresent()) {
            check(request, Action.SEND, target.get());
        }
    }

    private static void check(HttpRequest request, Action action, String name) throws HttpException {
        Optional<Refusal> refusal = request.access().refusal(action, name);
        if (refusal.isPresent()) {
            throw HttpException.of(refusal.get());
        }
    }

    private void get(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        String name = parts.get(0);
        owner(shards, name)
                .describe(
                        name, NO_BATCHES, answer.then(status -> answer.give(HttpStatus.OK, of(status)), missing(name)));
    }

    /** Of a queue that is not there, in words that clients look for. */
    private HttpAnswer.Then<Refusal> missing(String name) {
        return refusal -> {
            throw refusal.kind() == Refusal.Kind.NOT_FOUND ? noQueue(name) : HttpException.of(refusal);
        };
    }

    private HttpException noQueue(String name) {
        return new HttpException(HttpStatus.NOT_FOUND, "no queue '" + name + "' in vhost '" + node.virtualHost() + "'");
    }

    private void put(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        String name = parts.get(0);
        if (name.startsWith(RESERVED)) {
            throw new HttpException(
                    HttpStatus.FORBIDDEN,
                    "queue '" + name + "' in vhost '" + node.virtualHost() + "' starts with reserved prefix '"
                            + RESERVED + "'");
        }
        declare(name, request, answer);
    }

    private void declare(String name, HttpRequest request, HttpAnswer answer) throws HttpException {
        QueueDeclaration asked = QueueDeclaration.of(request.body());
        if (name.startsWith("$")) {
            throw HttpException.badRequest("names that begin with $ are the broker's own");
        }
        if (!QueueDefinition.isName(name)) {
            throw HttpException.badRequest("a queue has a name of 1 to " + QueueDefinition.MAX_NAME_LENGTH
                    + " characters, this has " + name.length());
        }
        ShardMailbox shard = owner(shards, name);
        QueueDefinition definition = definition(name, asked);
        shard.describe(
                name,
                NO_BATCHES,
                answer.then(
                        status -> redeclare(status, asked, definition, request, answer),
                        absent -> create(shard, asked, definition, request, answer)));
    }

    private QueueDefinition definition(String name, QueueDeclaration asked) throws HttpException {
        try {
            QueueDefinition base = template.apply(name).withName(name);
            return QueueOrigins.marked(base, asked.over(base));
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(e.getMessage());
        }
    }

    private void create(
            ShardMailbox shard,
            QueueDeclaration asked,
            QueueDefinition definition,
            HttpRequest request,
            HttpAnswer answer)
            throws HttpException {
        String name = definition.name();
        // Whoever had one of this name for itself, it is gone.
        checkTarget(request, asked.arguments().deadLettersTo(name).filter(target -> !target.equals(name)));
        check(request, name, asked.exclusive());
        QueueDefinition wanted = asked.arguments().ofNew(definition);
        shard.declare(
                wanted, NO_BATCHES, answer.then(status -> answer.give(HttpStatus.CREATED, of(status)), refusal -> {
                    request.access().frees(name);
                    throw HttpException.of(refusal);
                }));
    }

    /** Before it is there, so that nobody is before its owner. */
    private static void check(HttpRequest request, String name, boolean exclusive) throws HttpException {
        request.access().frees(name);
        check(request, name);
        if (exclusive) {
            request.access().owns(name);
        }
    }

    /** It was there: declared again it is as new, as far as its time without a consumer goes. */
    private void redeclare(
            QueueStatus status,
            QueueDeclaration asked,
            QueueDefinition definition,
            HttpRequest request,
            HttpAnswer answer)
            throws HttpException {
        QueueDefinition is = status.definition();
        check(request, is.name());
        Optional<String> difference = QueueDeclaration.of(is).difference(asked);
        boolean same = is.withArguments(definition.arguments()).equals(definition);
        if (difference.isPresent() && !(is.arguments().isEmpty() && same)) {
            String[] halves = difference.get().split(":", 2);
            throw new HttpException(
                    HttpStatus.CONFLICT,
                    halves[0] + " for queue '" + is.name() + "' in vhost '" + node.virtualHost() + "':" + halves[1]);
        }
        owner(shards, is.name()).declare(is, NO_BATCHES, answer.then(again -> answer.give(HttpStatus.OK, of(again))));
    }

    private void delete(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        String name = parts.get(0);
        check(request, name);
        owner(shards, name)
                .delete(
                        name,
                        DeleteCondition.ALWAYS,
                        NO_BATCHES,
                        answer.then(
                                last -> {
                                    request.access().frees(name);
                                    answer.counting(last.messages()).give(HttpStatus.OK, count(last.messages()));
                                },
                                refusal -> {
                                    if (refusal.kind() != Refusal.Kind.NOT_FOUND) {
                                        throw HttpException.of(refusal);
                                    }
                                    // RabbitMQ has it that it is no error: it is gone, which is what was asked for.
                                    answer.counting(0).give(HttpStatus.OK, count(0));
                                }));
    }

    private void purge(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        String name = parts.get(0);
        check(request, name);
        owner(shards, name)
                .purge(
                        name,
                        new Selection(Optional.empty(), Long.MAX_VALUE),
                        NO_BATCHES,
                        answer.<Long>then(
                                count -> answer.counting(count).give(HttpStatus.OK, count(count)), missing(name)));
    }

    private static Map<String, Object> count(long messages) {
        return Map.of("message_count", UnsignedLong.valueOf(messages));
    }

    private Map<String, Object> of(QueueStatus status) {
        QueueDeclaration declared = QueueDeclaration.of(status.definition());
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", status.definition().name());
        map.put("vhost", node.virtualHost());
        map.put("durable", declared.durable());
        map.put("auto_delete", declared.autoDelete());
        map.put("exclusive", declared.exclusive());
        map.put("type", declared.arguments().isQuorum() ? QueueArguments.QUORUM : QueueArguments.CLASSIC);
        map.put("arguments", declared.arguments().values());
        map.put("leader", node.name());
        map.put("replicas", node.members().get().toArray(new String[0]));
        map.put("message_count", UnsignedLong.valueOf(status.messages()));
        map.put("consumer_count", UnsignedInteger.valueOf(status.consumers()));
        return map;
    }
}
