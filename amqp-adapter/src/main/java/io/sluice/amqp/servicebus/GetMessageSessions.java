package io.sluice.amqp.servicebus;

import io.sluice.broker.PeekedMessage;
import io.sluice.broker.security.Permissions.Action;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code get-message-sessions}: {@code skip}, {@code top} and {@code last-updated-time}; answered with {@code sessions-ids}, an array of
 * strings, and {@code skip}, for the next request: sessions that have messages, or, where the time is not to come, those whose state was set since then. 204
 * where there are no more.
 */
final class GetMessageSessions implements EntityOperation {
    private static final int MAX_SESSIONS = 1_000;
    private static final int MAX_MESSAGES = 500;
    private static final int MAX_BYTES = 512 << 10;

    private final Asker asker;

    GetMessageSessions(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "get-message-sessions";
    }

    @Override
    public Action action() {
        return Action.BROWSE;
    }

    /** @param since epoch milliseconds */
    private record Asked(String queue, int skip, int top, long since, EntityAnswer answer) {}

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        if (entity.deadLetters()) {
            throw SessionOperation.noSessions();
        }
        Object since = request.body().get("last-updated-time");
        if (since != null && !(since instanceof Date)) {
            throw request.wrong("last-updated-time", "a timestamp");
        }
        long skip = request.number("skip", 0);
        long top = request.number("top", MAX_SESSIONS);
        if (skip < 0 || top < 1 || skip > Integer.MAX_VALUE - MAX_SESSIONS) {
            throw request.wrong(skip < 0 ? "skip" : "top", "1 or more, and skip 0 or more");
        }
        Asked asked = new Asked(
                entity.name(),
                (int) skip,
                (int) Math.min(MAX_SESSIONS, top),
                since == null ? Long.MAX_VALUE : ((Date) since).getTime(),
                answer);
        if (asked.since > asker.clock().millis()) {
            look(asked, 1, new LinkedHashSet<>());
        } else {
            changed(asked);
        }
    }

    private void changed(Asked asked) {
        asker.shard(asked.queue)
                .sessions()
                .states(
                        asked.queue,
                        asker.thread(),
                        asker.reply(
                                asked.answer,
                                states -> answer(
                                        asked,
                                        states.entrySet().stream()
                                                .filter(each -> each.getValue().changedAtMillis() > asked.since)
                                                .map(Map.Entry::getKey)
                                                .sorted()
                                                .toList())));
    }

    private void look(Asked asked, long from, Set<String> found) {
        PeekedMessage.Range range = new PeekedMessage.Range(from, MAX_MESSAGES, MAX_BYTES);
        asker.shard(asked.queue).peek(asked.queue, range, asker.thread(), asker.reply(asked.answer, some -> {
            for (PeekedMessage each : some.messages()) {
                if (each.state() != PeekedMessage.State.SETTLING) {
                    each.message()
                            .filter(message -> !message.group().isNone())
                            .ifPresent(message -> found.add(message.group().id()));
                }
            }
            if (some.nextSequence() == Long.MAX_VALUE || found.size() >= asked.skip + asked.top) {
                answer(asked, List.copyOf(found));
            } else {
                look(asked, some.nextSequence(), found);
            }
        }));
    }

    private static void answer(Asked asked, List<String> all) {
        String[] some = all.stream().skip(asked.skip).limit(asked.top).toArray(String[]::new);
        if (some.length == 0) {
            asked.answer.nothing();
        } else {
            asked.answer.ok(Map.of("skip", asked.skip + some.length, "sessions-ids", some));
        }
    }
}
