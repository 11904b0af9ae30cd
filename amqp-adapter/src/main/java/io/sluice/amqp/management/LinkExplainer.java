package io.sluice.amqp.management;

import io.sluice.amqp.LinkStatus;
import io.sluice.broker.explain.Cause;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.queue.Consumer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Answers why messages go over a link, or none do: what its connection knows of it, and for a consumer what its shard does. */
final class LinkExplainer {
    void explain(LinkStatus link, Answer answer) {
        Map<String, Object> body = new LinkedHashMap<>(Links.describe(link));
        Optional<Consumer> consumer = link.handle().consumer();
        if (consumer.isPresent()) {
            link.handle().shard().orElseThrow().explain(consumer.get(), Queues.NO_BATCHES, answer.then(why -> {
                body.putAll(consumer(link, why));
                answer.give(Status.OK, "OK", body);
            }));
        } else {
            body.putAll(
                    link.peerSends()
                            ? producer(link)
                            : CauseText.of("local", "It gets answers of the broker itself.", ""));
            answer.give(Status.OK, "OK", body);
        }
    }

    /** RENEW-LOCK: 200 with how many locks last anew, and until when. @param sequence of one message, empty for all */
    void renewLock(LinkStatus link, Optional<Long> sequence, Answer answer) {
        Optional<Consumer> consumer = link.handle().consumer();
        if (consumer.isEmpty()) {
            answer.refuse(new ManagementException(
                    Status.CONFLICT, "link '" + link.identity() + "' takes nothing from a queue: it has no locks"));
            return;
        }
        OptionalLong number = sequence.map(OptionalLong::of).orElse(OptionalLong.empty());
        link.handle()
                .shard()
                .orElseThrow()
                .renewLocks(consumer.get(), number, Queues.NO_BATCHES, answer.then(renewal -> {
                    Map<String, Object> body = new LinkedHashMap<>();
                    body.put("locks", renewal.locks());
                    body.put("lockedUntilMillis", renewal.lockedUntilMillis());
                    answer.give(Status.OK, "OK", body);
                }));
    }

    private static Map<String, Object> consumer(LinkStatus link, LinkExplanation why) {
        if (why.cause() instanceof Cause.NoCredit && link.credit() > 0) {
            return CauseText.of(
                    "window",
                    "The consumer has given credit for " + link.credit()
                            + " more, but what it was sent is not read yet, or it has " + link.unsettled()
                            + " deliveries unsettled.",
                    "See whether the consumer reads and settles; a slow consumer gets no more than it can hold.");
        }
        return CauseText.ofLink(why);
    }

    private static Map<String, Object> producer(LinkStatus link) {
        String withheld = link.handle().creditWithheld();
        if (!withheld.isEmpty()) {
            return CauseText.of(
                    "credit-withheld",
                    "The producer gets no credit: " + withheld + ".",
                    "It waits, nothing is lost. Read from the queue, raise its limit, or resume it; see also EXPLAIN of the queue.");
        }
        if (link.credit() > 0) {
            return CauseText.of("ready", "The producer may send " + link.credit() + " more messages now.", "");
        }
        return CauseText.of(
                "unanswered",
                "The producer has used its credit up; it gets more when what it sent is answered.",
                "If it stays so, the disk is slow: look at the log and at the figures of the journal.");
    }
}
