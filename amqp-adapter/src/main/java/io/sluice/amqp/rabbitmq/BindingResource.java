package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.Shards;
import io.sluice.amqp.dialect.PercentEncoding;
import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.NodeKind;
import io.sluice.broker.shard.ExchangeMailbox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * {@code /bindings}: to bind, unbind and look at what is bound. A binding is a path: source, destination, key, and where it has arguments a
 * digest of these. Any thread.
 */
final class BindingResource {
    private static final String TO_QUEUE = "destination_queue";
    private static final String TO_EXCHANGE = "destination_exchange";
    private static final Set<String> FIELDS = Set.of("source", "binding_key", "arguments", TO_QUEUE, TO_EXCHANGE);
    private static final int DIGEST_BYTES = 16;

    private final Shards shards;

    BindingResource(Shards shards) {
        this.shards = shards;
    }

    Routes in(Routes routes) {
        return routes.on("POST", "/bindings", this::post)
                .on("GET", "/bindings", this::get)
                .on("DELETE", "/bindings/~binding", this::delete);
    }

    private ExchangeMailbox exchanges(String source) throws HttpException {
        return QueueResource.owner(shards, source).exchanges();
    }

    private void post(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        Fields fields = Fields.of(request.body(), FIELDS, "a binding");
        String source = fields.text("source")
                .orElseThrow(() -> HttpException.badRequest("field 'source' names the exchange that is bound"));
        Optional<String> queue = fields.text(TO_QUEUE);
        Optional<String> exchange = fields.text(TO_EXCHANGE);
        if (queue.isPresent() == exchange.isPresent()) {
            throw HttpException.badRequest(
                    "one of '" + TO_QUEUE + "' and '" + TO_EXCHANGE + "' is where it is bound to");
        }
        ExchangeBinding binding;
        try {
            binding = new ExchangeBinding(
                    source,
                    queue.isPresent() ? NodeKind.QUEUE : NodeKind.EXCHANGE,
                    queue.or(() -> exchange).get(),
                    fields.text("binding_key").orElse(""),
                    fields.arguments());
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(e.getMessage());
        }
        check(request, source, binding.destination());
        exchanges(source).bind(binding, QueueResource.NO_BATCHES, answer.then(bound -> answer.noContent()));
    }

    /** Of both ends: by it what is sent to the one comes to the other. */
    private static void check(HttpRequest request, String source, String destination) throws HttpException {
        QueueResource.check(request, source);
        QueueResource.check(request, destination);
    }

    private void get(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        Asked asked = Asked.of(request.query(), Set.of("src", "dstq", "dste", "key"));
        exchanges(asked.source)
                .bindingsFrom(
                        asked.source,
                        QueueResource.NO_BATCHES,
                        answer.<List<ExchangeBinding>>then(bindings -> answer.give(
                                HttpStatus.OK,
                                bindings.stream()
                                        .filter(asked)
                                        .map(BindingResource::map)
                                        .toList())));
    }

    private void delete(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        Asked asked = Asked.of(HttpRequest.pairs(parts.get(0), ";"), Set.of("src", "dstq", "dste", "key", "args"));
        if (asked.key.isEmpty() || asked.arguments.isEmpty()) {
            throw HttpException.badRequest("a binding is src=…;dstq=…;key=…;args=… or the same with dste");
        }
        check(request, asked.source, asked.destination);
        ExchangeMailbox exchanges = exchanges(asked.source);
        exchanges.bindingsFrom(asked.source, QueueResource.NO_BATCHES, answer.<List<ExchangeBinding>>then(bindings -> {
            Optional<ExchangeBinding> binding = bindings.stream().filter(asked).findFirst();
            if (binding.isEmpty()) {
                // As with queues: it is gone, which is what was asked for.
                answer.noContent();
            } else {
                exchanges.unbind(
                        binding.get(), QueueResource.NO_BATCHES, answer.<Boolean>then(was -> answer.noContent()));
            }
        }));
    }

    /**
     * Which bindings of an exchange are meant.
     *
     * @param key empty: any
     * @param arguments their digest; empty: any
     */
    private record Asked(
            String source, NodeKind kind, String destination, Optional<String> key, Optional<String> arguments)
            implements Predicate<ExchangeBinding> {
        static Asked of(Map<String, String> pairs, Set<String> known) throws HttpException {
            for (String name : pairs.keySet()) {
                if (!known.contains(name)) {
                    throw HttpException.badRequest("a binding has no part '" + name + "'");
                }
            }
            String queue = pairs.get("dstq");
            String exchange = pairs.get("dste");
            if (pairs.get("src") == null || (queue == null) == (exchange == null)) {
                throw HttpException.badRequest("a binding has a part 'src', and one of 'dstq' and 'dste'");
            }
            return new Asked(
                    pairs.get("src"),
                    queue == null ? NodeKind.EXCHANGE : NodeKind.QUEUE,
                    queue == null ? exchange : queue,
                    Optional.ofNullable(pairs.get("key")),
                    Optional.ofNullable(pairs.get("args")));
        }

        @Override
        public boolean test(ExchangeBinding binding) {
            return binding.kind() == kind
                    && binding.destination().equals(destination)
                    && key.map(binding.key()::equals).orElse(true)
                    && arguments.map(digest(binding.arguments())::equals).orElse(true);
        }
    }

    private static Map<String, Object> map(ExchangeBinding binding) {
        boolean queue = binding.kind() == NodeKind.QUEUE;
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("source", binding.source());
        map.put(queue ? TO_QUEUE : TO_EXCHANGE, binding.destination());
        map.put("binding_key", binding.key());
        map.put("arguments", asSent(binding.arguments()));
        map.put("location", location(binding));
        return map;
    }

    /** Clients compare them with their own: a number that an int can hold they have written as one, as good as always. */
    private static Map<String, Object> asSent(Map<String, Object> arguments) {
        Map<String, Object> sent = new TreeMap<>();
        arguments.forEach((name, value) -> sent.put(
                name,
                value instanceof Long number && number == number.intValue() ? (Object) number.intValue() : value));
        return sent;
    }

    static String location(ExchangeBinding binding) {
        return "/bindings/src=" + PercentEncoding.encode(binding.source())
                + (binding.kind() == NodeKind.QUEUE ? ";dstq=" : ";dste=")
                + PercentEncoding.encode(binding.destination()) + ";key=" + PercentEncoding.encode(binding.key())
                + ";args=" + digest(binding.arguments());
    }

    /** "" of none; the same for equal ones: they are in order. */
    private static String digest(Map<String, Object> arguments) {
        if (arguments.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        arguments.forEach((name, value) -> text.append(PercentEncoding.encode(name))
                .append('=')
                .append(value == null ? "" : value.getClass().getSimpleName() + ":" + value)
                .append('\n'));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
