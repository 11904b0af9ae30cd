package io.sluice.amqp.management;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.NodeKind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entity type {@code binding}: what exchanges give to queues and other exchanges. A binding is all that is said of it, and has no name: CREATE
 * says it, READ and DELETE say it again or give the {@code identity} that a listing shows.
 */
final class ExchangeBindings implements Listing {
    static final String TYPE = "binding";

    private static final String IDENTITY = "identity";
    private static final String SOURCE = "source";
    private static final String DESTINATION = "destination";
    private static final String KIND = "destinationType";
    private static final String KEY = "key";
    private static final String ARGUMENTS = "arguments";
    private static final String TO_QUEUE = "queue";
    private static final String TO_EXCHANGE = "exchange";
    private static final List<String> ALL = List.of(SOURCE, KIND, DESTINATION, KEY, ARGUMENTS);

    private static final Map<String, Function<ExchangeBinding, Object>> ATTRIBUTES = attributesByName();

    private final Queues queues;

    ExchangeBindings(Queues queues) {
        this.queues = queues;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("CREATE", ALL, this::create),
                new SimpleOperation("READ", ALL, this::read),
                new SimpleOperation("DELETE", ALL, this::delete));
    }

    private static Map<String, Function<ExchangeBinding, Object>> attributesByName() {
        Map<String, Function<ExchangeBinding, Object>> all = new LinkedHashMap<>();
        all.put("name", ExchangeBindings::identity);
        all.put(IDENTITY, ExchangeBindings::identity);
        all.put("type", binding -> TYPE);
        all.put(SOURCE, ExchangeBinding::source);
        all.put(KIND, binding -> binding.kind() == NodeKind.EXCHANGE ? TO_EXCHANGE : TO_QUEUE);
        all.put(DESTINATION, ExchangeBinding::destination);
        all.put(KEY, ExchangeBinding::key);
        all.put(ARGUMENTS, ExchangeBinding::arguments);
        return all;
    }

    /** Its parts, escaped, with a slash between. */
    private static String identity(ExchangeBinding binding) {
        StringBuilder identity = new StringBuilder(escaped(binding.source()))
                .append(binding.kind() == NodeKind.EXCHANGE ? "/exchange/" : "/queue/")
                .append(escaped(binding.destination()))
                .append('/')
                .append(escaped(binding.key()));
        binding.arguments().forEach((name, value) -> {
            String type = value == null ? "" : value.getClass().getSimpleName().substring(0, 1);
            identity.append('/').append(escaped(name)).append('=').append(type).append(escaped(String.valueOf(value)));
        });
        return identity.toString();
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    private static Map<String, Object> describe(ExchangeBinding binding) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(binding)));
        return values;
    }

    private void all(Consumer<List<ExchangeBinding>> then) {
        ShardGathering.<ExchangeBinding>all(
                queues,
                (shard, reply) -> shard.exchanges().bindings(Queues.NO_BATCHES, reply),
                Comparator.comparing(ExchangeBinding::source),
                then);
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        all(found -> then.accept(
                new Rows(page.of(found).stream().map(ExchangeBindings::describe).toList(), found.size())));
    }

    /** Who changes a binding changes what the two ends do: whoever asks, it is for both. */
    static List<String> ends(ManagementRequest request) throws ManagementException {
        Optional<String> identity = request.text(IDENTITY);
        if (identity.isPresent()) {
            String[] parts = identity.get().split("/", -1);
            if (parts.length < 4) {
                throw ManagementException.badRequest("'" + identity.get() + "' is not the identity of a binding");
            }
            return List.of(plain(parts[0]), plain(parts[2]));
        }
        return List.of(request.neededText(SOURCE), request.neededText(DESTINATION));
    }

    private static String plain(String escaped) throws ManagementException {
        try {
            return java.net.URLDecoder.decode(escaped, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest("'" + escaped + "' in an identity is not escaped: " + e.getMessage());
        }
    }

    private static ExchangeBinding binding(ManagementRequest request) throws ManagementException {
        String kind = request.textArgument(KIND).orElse(TO_QUEUE);
        if (!kind.equals(TO_QUEUE) && !kind.equals(TO_EXCHANGE)) {
            throw ManagementException.badRequest("attribute '" + KIND + "' is queue or exchange, not '" + kind + "'");
        }
        try {
            return new ExchangeBinding(
                    request.neededText(SOURCE),
                    kind.equals(TO_EXCHANGE) ? NodeKind.EXCHANGE : NodeKind.QUEUE,
                    request.neededText(DESTINATION),
                    request.textArgument(KEY).orElse(""),
                    Exchanges.arguments(request));
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private void create(ManagementRequest request, Answer answer) throws ManagementException {
        ExchangeBinding binding = binding(request);
        queues.owner(binding.source())
                .exchanges()
                .bind(
                        binding,
                        Queues.NO_BATCHES,
                        answer.then(bound -> answer.give(Status.CREATED, "Created", describe(bound))));
    }

    /** The one that is named or said. */
    private void one(ManagementRequest request, Answer answer, Consumer<ExchangeBinding> then)
            throws ManagementException {
        Optional<String> named = request.text(IDENTITY);
        String identity = named.isPresent() ? named.get() : identity(binding(request));
        String source = ends(request).get(0);
        queues.owner(source)
                .exchanges()
                .bindingsFrom(source, Queues.NO_BATCHES, answer.<List<ExchangeBinding>>then(found -> {
                    Optional<ExchangeBinding> binding = found.stream()
                            .filter(each -> identity(each).equals(identity))
                            .findFirst();
                    if (binding.isPresent()) {
                        then.accept(binding.get());
                    } else {
                        answer.refuse(none(identity));
                    }
                }));
    }

    private static ManagementException none(String identity) {
        return new ManagementException(Status.NOT_FOUND, "there is no binding '" + identity + "'");
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        one(request, answer, binding -> answer.give(Status.OK, "OK", describe(binding)));
    }

    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        one(
                request,
                answer,
                binding -> queues.of(binding.source())
                        .exchanges()
                        .unbind(binding, Queues.NO_BATCHES, answer.<Boolean>then(unbound -> {
                            if (unbound) {
                                answer.give(Status.NO_CONTENT, "No Content", Map.of());
                            } else {
                                answer.refuse(none(identity(binding)));
                            }
                        })));
    }
}
