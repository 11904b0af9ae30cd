package io.sluice.amqp.servicebus;

import io.sluice.amqp.message.AnnotationCodec;
import io.sluice.amqp.message.OutgoingMessage;
import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.PeekedMessage;
import io.sluice.broker.Schedule;
import io.sluice.broker.security.Permissions.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;

/**
 * {@code peek-message}: {@code from-sequence-number}, {@code message-count} and {@code session-id}; answered with {@code messages}, each a map with an encoded
 * {@code message}, whoever has them and whatever they wait for. 204 where there are no more.
 */
final class PeekMessage implements EntityOperation {
    private static final int MAX_MESSAGES = 500;
    private static final int MAX_BYTES = 512 << 10;
    /** An amqp-value section that holds null, in place of a body that is kept apart. */
    private static final byte[] NO_BODY = {0, 0x53, 0x77, 0x40};

    private static final int ACTIVE = 0;
    private static final int DEFERRED = 1;
    private static final int SCHEDULED = 2;

    private final Asker asker;

    PeekMessage(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "peek-message";
    }

    @Override
    public Action action() {
        return Action.BROWSE;
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        long from = Math.max(1, request.number("from-sequence-number", 1));
        long count = request.number("message-count", 1);
        if (count < 1) {
            throw request.wrong("message-count", "1 or more");
        }
        look(entity.and(request.session()), from, (int) Math.min(MAX_MESSAGES, count), answer);
    }

    private void look(Entity entity, long from, int count, EntityAnswer answer) {
        PeekedMessage.Range range = new PeekedMessage.Range(from, count, MAX_BYTES);
        asker.shard(entity.name()).peek(entity.name(), range, asker.thread(), asker.reply(answer, some -> {
            List<Map<String, Object>> messages = new ArrayList<>();
            some.messages().stream()
                    .filter(each -> isShown(each, entity))
                    .forEach(each -> messages.add(describe(each)));
            if (!messages.isEmpty()) {
                answer.ok(Map.of("messages", messages));
            } else if (some.nextSequence() == Long.MAX_VALUE) {
                answer.nothing();
            } else {
                look(entity, some.nextSequence(), count, answer);
            }
        }));
    }

    /** Not what is on its way out, and what cannot be read. */
    private static boolean isShown(PeekedMessage peeked, Entity entity) {
        return peeked.message().filter(entity.isOurs()).isPresent() && peeked.state() != PeekedMessage.State.SETTLING;
    }

    private Map<String, Object> describe(PeekedMessage peeked) {
        Message message = peeked.message().orElseThrow();
        boolean waits = peeked.state() == PeekedMessage.State.SCHEDULED;
        boolean parked = peeked.deliverAtMillis() == Schedule.NEVER;
        Map<String, Annotations.Value> more = new LinkedHashMap<>();
        more.put("x-opt-message-state", AnnotationCodec.value(!waits ? ACTIVE : parked ? DEFERRED : SCHEDULED));
        if (waits && !parked) {
            more.put("x-opt-scheduled-enqueue-time", new Annotations.Timestamp(peeked.deliverAtMillis()));
        }
        Message shown = message.isLarge() ? message.withoutBody(NO_BODY) : message;
        byte[] encoded = OutgoingMessage.encodeApart(
                shown.annotated(Annotations.of(more)),
                peeked.sequence(),
                peeked.arrivedAtMillis(),
                peeked.expiresAtMillis(),
                peeked.deliveryCount(),
                asker.clock().millis());
        return Map.of("message", new Binary(encoded));
    }
}
