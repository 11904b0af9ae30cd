package io.sluice.amqp.management;

import io.sluice.broker.QueueStatus;
import io.sluice.broker.explain.DroppedCopy;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.explain.MessageExplanation;
import io.sluice.broker.explain.QueueExplanation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Explanations as maps: {@code reason} is for a program, {@code text} and {@code advice} are for a person, and what is known of the
 * reason stands beside them. Of a message {@code causes} are a chain: the first holds it now, the next would then.
 */
final class Explained {
    private Explained() {}

    static Map<String, Object> message(MessageExplanation why) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("queue", why.queue());
        body.put("sequence", why.sequence());
        List<Map<String, Object>> causes = new ArrayList<>();
        why.causes().forEach(cause -> causes.add(CauseText.of(cause)));
        body.put("causes", causes);
        return body;
    }

    static Map<String, Object> queue(QueueExplanation why) {
        QueueStatus status = why.status();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("queue", status.definition().name());
        body.putAll(CauseText.ofQueue(why));
        body.put("messages", status.messages());
        body.put("unsettled", status.unsettled());
        body.put("scheduled", status.scheduled());
        body.put("damaged", status.damaged());
        body.put("paused", status.paused().delivery());
        body.put("intakePaused", status.paused().intake());
        body.put("consumers", status.consumers());
        body.put("producers", status.producers());
        body.put("duplicates", status.duplicates());
        body.put("lastDuplicate", why.lastDuplicate().map(Explained::dropped).orElse(null));
        body.put("next", why.next().map(Explained::message).orElse(null));
        List<Map<String, Object>> links = new ArrayList<>();
        why.consumers().forEach(link -> links.add(link(link)));
        body.put("links", links);
        return body;
    }

    private static Map<String, Object> dropped(DroppedCopy copy) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", copy.id());
        body.put("firstSequence", copy.firstSequence() == 0 ? null : copy.firstSequence());
        body.put("atMillis", copy.atMillis());
        body.putAll(CauseText.describe(copy.by()));
        return body;
    }

    private static Map<String, Object> link(LinkExplanation why) {
        Map<String, Object> body = new LinkedHashMap<>(CauseText.describe(why.link()));
        body.put("mode", CauseText.mode(why.mode()));
        body.put("credit", why.credit());
        body.put("unsettled", why.unsettled());
        body.put("delivered", why.delivered());
        body.putAll(CauseText.ofLink(why));
        return body;
    }
}
