package io.sluice.amqp.management;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.LinkStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Entity type {@code link}: attached links, by connection and number. The name is the peer's, so several may have it; the identity
 * is one's own. DELETE detaches one with {@code amqp:link:detach-forced}.
 */
final class Links implements Listing {
    static final String TYPE = "link";

    private static final Map<String, Function<LinkStatus, Object>> ATTRIBUTES = attributesByName();

    private final ConnectionRegistry registry;
    private final LinkExplainer explainer = new LinkExplainer();

    Links(ConnectionRegistry registry) {
        this.registry = registry;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("READ", List.of("address"), this::read),
                new SimpleOperation("DELETE", List.of("address", "reason"), this::detach),
                new SimpleOperation("RENEW-LOCK", List.of("address", "sequence"), this::renewLock),
                new SimpleOperation("EXPLAIN", List.of("address"), this::explain));
    }

    private static Map<String, Function<LinkStatus, Object>> attributesByName() {
        Map<String, Function<LinkStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", LinkStatus::name);
        all.put("identity", LinkStatus::identity);
        all.put("type", status -> TYPE);
        all.put("connection", status -> Long.toString(status.connection()));
        all.put("session", LinkStatus::session);
        all.put("role", status -> status.peerSends() ? "sender" : "receiver");
        all.put("address", status -> emptyIsNull(status.terminus().address()));
        all.put("credit", LinkStatus::credit);
        all.put("unsettled", LinkStatus::unsettled);
        all.put("messages", status -> status.transferred().messages());
        all.put("bytes", status -> status.transferred().bytes());
        all.put("senderSettleMode", status -> status.terminus().senderSettleMode());
        all.put("receiverSettleMode", status -> status.terminus().receiverSettleMode());
        all.put("distributionMode", status -> status.peerSends() ? null : browses(status));
        all.put("filter", status -> emptyIsNull(status.terminus().filter()));
        all.put("attachedAtMillis", LinkStatus::attachedAtMillis);
        return all;
    }

    private static String browses(LinkStatus status) {
        return status.terminus().browses() ? "copy" : "move";
    }

    private static String emptyIsNull(String text) {
        return text.isEmpty() ? null : text;
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    static Map<String, Object> describe(LinkStatus status) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(status)));
        return values;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        List<Map<String, Object>> rows = new ArrayList<>();
        long[] total = {0};
        new Walk(
                        registry.numbers(),
                        link -> {
                            if (total[0]++ >= page.offset() && rows.size() < page.count()) {
                                rows.add(describe(link));
                            }
                        },
                        () -> then.accept(new Rows(rows, total[0])))
                .goOn();
    }

    /** Over the links of connections, one connection after the other, each on its event loop. */
    private final class Walk {
        private final List<Long> connections;
        private final Consumer<LinkStatus> each;
        private final Runnable end;
        private int next;

        Walk(List<Long> connections, Consumer<LinkStatus> each, Runnable end) {
            this.connections = connections;
            this.each = each;
            this.end = end;
        }

        void goOn() {
            while (next < connections.size()) {
                boolean asked = registry.links(connections.get(next++), links -> {
                    links.forEach(each);
                    goOn();
                });
                if (asked) {
                    return;
                }
            }
            end.run();
        }
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        one(request, answer, link -> answer.give(Status.OK, "OK", describe(link)));
    }

    private void explain(ManagementRequest request, Answer answer) throws ManagementException {
        one(request, answer, link -> explainer.explain(link, answer));
    }

    private void renewLock(ManagementRequest request, Answer answer) throws ManagementException {
        Optional<Long> sequence = request.numberArgument("sequence", 1);
        one(request, answer, link -> explainer.renewLock(link, sequence, answer));
    }

    private void detach(ManagementRequest request, Answer answer) throws ManagementException {
        String reason = request.textArgument("reason").orElse("detached by an administrator");
        one(request, answer, link -> {
            boolean asked = registry.detach(link.connection(), link.number(), reason, was -> {
                if (was) {
                    answer.give(Status.NO_CONTENT, "No Content", Map.of());
                } else {
                    answer.refuse(none(link.identity()));
                }
            });
            if (!asked) {
                answer.refuse(none(link.identity()));
            }
        });
    }

    /** The link by identity, or by name where only one has it. */
    private void one(ManagementRequest request, Answer answer, Consumer<LinkStatus> then) throws ManagementException {
        Optional<String> identity = request.text("identity");
        String name = request.name();
        List<Long> where = identity.isPresent() ? connectionOf(name) : registry.numbers();
        // Several links may have a name, but seldom at one address.
        Optional<String> address = request.textArgument("address");
        Predicate<LinkStatus> is = identity.isPresent()
                ? link -> link.identity().equals(name)
                : link -> link.name().equals(name)
                        && address.map(link.terminus().address()::equals).orElse(true);
        List<LinkStatus> found = new ArrayList<>();
        Consumer<LinkStatus> each = link -> {
            if (is.test(link)) {
                found.add(link);
            }
        };
        new Walk(where, each, () -> {
                    if (found.isEmpty()) {
                        answer.refuse(none(name));
                    } else if (found.size() > 1) {
                        answer.refuse(ambiguous(name, found));
                    } else {
                        then.accept(found.get(0));
                    }
                })
                .goOn();
    }

    private static List<Long> connectionOf(String identity) {
        try {
            return List.of(Long.parseLong(identity.substring(0, Math.max(0, identity.indexOf('.')))));
        } catch (NumberFormatException e) {
            return List.of();
        }
    }

    private static ManagementException none(String name) {
        return new ManagementException(Status.NOT_FOUND, "there is no link '" + name + "'");
    }

    private static ManagementException ambiguous(String name, List<LinkStatus> found) {
        List<String> some = found.stream().limit(10).map(LinkStatus::identity).toList();
        return new ManagementException(
                Status.CONFLICT,
                found.size() + " links have the name '" + name + "'; say which by identity, such as "
                        + String.join(", ", some));
    }
}
