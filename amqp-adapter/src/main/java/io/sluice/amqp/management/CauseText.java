package io.sluice.amqp.management;

import io.sluice.broker.explain.Cause;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.explain.QueueExplanation;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DispatchReason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The words for causes: what it is and what to do, for somebody who is woken at night; and the facts for a program. */
final class CauseText {
    /** Links that a sentence names. */
    private static final int MAX_NAMED = 3;

    private CauseText() {}

    static Map<String, Object> of(String reason, String text, String advice) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("reason", reason);
        body.put("text", text);
        body.put("advice", advice);
        return body;
    }

    static Map<String, Object> of(Cause cause) {
        Map<String, Object> body = of(code(cause.reason()), text(cause), advice(cause.reason()));
        if (cause instanceof Cause.Locked locked) {
            if (!locked.by().equals(LinkDescription.UNKNOWN)) {
                body.put("link", describe(locked.by()));
                body.put("sinceMillis", locked.sinceMillis());
                body.put("untilMillis", locked.untilMillis() == Long.MAX_VALUE ? null : locked.untilMillis());
            }
        } else if (cause instanceof Cause.AskedFor askedFor) {
            body.put("link", describe(askedFor.by()));
            body.put("sinceMillis", askedFor.sinceMillis());
            body.put("untilMillis", null);
            body.put(
                    "advice",
                    "It gets it when it gives credit. Closing its connection (sluice connection close) gives it back.");
        } else if (cause instanceof Cause.Scheduled scheduled && scheduled.untilMillis() != 0) {
            body.put("untilMillis", scheduled.untilMillis());
        } else if (cause instanceof Cause.Expired expired) {
            body.put("atMillis", expired.atMillis());
        } else if (cause instanceof Cause.NoCredit noCredit) {
            body.put("links", list(noCredit.links(), CauseText::describe));
        } else if (cause instanceof Cause.NotForThem others) {
            body.put("links", list(others.links(), CauseText::describe));
        } else if (cause instanceof Cause.GroupOwned owned) {
            body.put("group", owned.group());
            body.put("link", describe(owned.by()));
        } else if (cause instanceof Cause.StandsBy by) {
            body.put("link", describe(by.active()));
        } else if (cause instanceof Cause.NothingAvailable nothing) {
            body.put("unsettled", nothing.held().unsettled());
            body.put("scheduled", nothing.held().scheduled());
            body.put("damaged", nothing.held().damaged());
        }
        return body;
    }

    /** Of a consumer: what is said of a message otherwise is said of it. */
    static Map<String, Object> ofLink(LinkExplanation why) {
        Map<String, Object> body = of(why.cause());
        switch (why.cause().reason()) {
            case NO_CREDIT -> {
                Cause.Waiting self = ((Cause.NoCredit) why.cause()).links().get(0);
                body.remove("links");
                body.put("sinceMillis", self.sinceMillis() == 0 ? null : self.sinceMillis());
                body.put(
                        "text",
                        "It has given no credit " + since(self.sinceMillis()) + unsettled(self.unsettled()) + ".");
            }
            case NOT_SELECTED -> {
                body.remove("links");
                body.put(
                        "text",
                        "Its filter selects none of what is available: "
                                + why.link().filter());
                body.put("advice", "Compare the filter with the messages: sluice queue peek " + why.queue() + ".");
            }
            case SEEN -> body.put("text", "It has seen all there is for it; it takes nothing.");
            case UNDELIVERABLE_HERE -> {
                body.remove("links");
                body.put("text", "What is available it has refused before (undeliverable-here).");
            }
            default -> {
                // What is true of the queue is true of it.
            }
        }
        return body;
    }

    static Map<String, Object> ofQueue(QueueExplanation why) {
        Map<String, Object> body = of(why.cause());
        if (why.cause().reason() == DispatchReason.SEEN) {
            body.put("text", "Nobody takes from it: every receiver has seen all there is, and it stays.");
        } else if (why.cause().reason() == DispatchReason.NEXT) {
            body.put("text", "It gives out messages as fast as they are taken.");
            body.put("advice", "");
        } else if (why.next().isPresent()) {
            body.put("text", "Message " + why.next().get().sequence() + " is next. " + body.get("text"));
        }
        return body;
    }

    private static <T> List<Map<String, Object>> list(List<T> all, Function<T, Map<String, Object>> describe) {
        List<Map<String, Object>> maps = new ArrayList<>();
        all.forEach(one -> maps.add(describe.apply(one)));
        return maps;
    }

    private static Map<String, Object> describe(Cause.Waiting waiting) {
        Map<String, Object> body = describe(waiting.link());
        body.put("sinceMillis", waiting.sinceMillis() == 0 ? null : waiting.sinceMillis());
        body.put("unsettled", waiting.unsettled());
        return body;
    }

    static Map<String, Object> describe(LinkDescription link) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("link", link.identity());
        body.put("linkName", link.name());
        body.put("container", link.container());
        body.put("remoteAddress", link.remoteAddress());
        body.put("filter", link.filter().isEmpty() ? null : link.filter());
        return body;
    }

    static String mode(Consumer.Mode mode) {
        return code(mode);
    }

    static String code(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String text(Cause cause) {
        if (cause instanceof Cause.Locked locked) {
            if (locked.by().equals(LinkDescription.UNKNOWN)) {
                return "A consumer has settled it in a transaction that is not discharged yet.";
            }
            return "It is with " + name(locked.by()) + " " + since(locked.sinceMillis()) + ", not settled"
                    + (locked.untilMillis() == Long.MAX_VALUE
                            ? "."
                            : "; at " + time(locked.untilMillis()) + " it goes back by itself.");
        }
        if (cause instanceof Cause.AskedFor askedFor) {
            return "It is for " + name(askedFor.by()) + ", which asked for it by its number at "
                    + time(askedFor.sinceMillis()) + " and has given no credit for it.";
        }
        if (cause instanceof Cause.Scheduled scheduled) {
            return "Its producer, a consumer or its queue's back-off asked for delivery "
                    + (scheduled.untilMillis() == 0 ? "later" : "at " + time(scheduled.untilMillis())) + ".";
        }
        if (cause instanceof Cause.Expired expired) {
            return "Its time to live ended at " + time(expired.atMillis()) + "; it leaves with the next tick.";
        }
        if (cause instanceof Cause.NoCredit noCredit) {
            return "No consumer that would take it has credit: " + names(noCredit.links(), CauseText::withoutCredit)
                    + ".";
        }
        if (cause instanceof Cause.NotForThem others && others.reason() == DispatchReason.NOT_SELECTED) {
            return "No filter selects it: " + names(others.links(), link -> name(link) + ": " + link.filter()) + ".";
        }
        if (cause instanceof Cause.NotForThem others) {
            return "Refused as undeliverable by all who could have it: " + names(others.links(), CauseText::name) + ".";
        }
        if (cause instanceof Cause.NothingAvailable nothing) {
            return text(nothing.held());
        }
        if (cause instanceof Cause.GroupOwned owned) {
            return "Its group '" + owned.group() + "' is with " + name(owned.by())
                    + (owned.returning()
                            ? ", which has returned a message of it that is not back yet."
                            : ", which takes no more of it now.");
        }
        if (cause instanceof Cause.StandsBy by) {
            return "One consumer gets everything: " + name(by.active())
                    + ", which takes no more now. The others stand by.";
        }
        return text(cause.reason());
    }

    private static String text(Cause.Held held) {
        if (held.unsettled() + held.scheduled() + held.damaged() == 0) {
            return "It is empty.";
        }
        return "Nothing is available: " + held.unsettled() + " messages are with consumers, " + held.scheduled()
                + " wait for their time, " + held.damaged() + " cannot be read.";
    }

    private static String text(DispatchReason reason) {
        return switch (reason) {
            case NO_SUCH_MESSAGE ->
                "There is no such message: it was consumed, expired, was moved or removed, or never was.";
            case SETTLING -> "A change to it is on its way to the disk.";
            case PAGED_OUT -> "It is out of memory, and is read when it is nearly next.";
            case LOADING -> "It is out of memory, and is being read.";
            case DAMAGED -> "It cannot be read: its page on the disk is damaged.";
            case PARKED -> "A consumer has put it aside, to fetch it by its number.";
            case PAUSED -> "An administrator has paused the queue; consumers keep their credit.";
            case NO_CONSUMER -> "Nobody is attached who takes messages.";
            case SEEN -> "Nobody takes from this queue: every receiver that wants it has seen it, and it stays.";
            case NEXT -> "Nothing holds it up: it is given out in its order.";
            default -> code(reason);
        };
    }

    private static String advice(DispatchReason reason) {
        return switch (reason) {
            case LOCKED ->
                "Look why the consumer does not settle. Closing its connection (sluice connection close) gives the message back.";
            case SETTLING -> "It takes milliseconds. If it stays, the disk is slow: look at the log.";
            case SCHEDULED -> "Wait, or take it back with sluice scheduled cancel.";
            case PARKED -> "Release it to its place, move it away, or take it back with sluice scheduled cancel.";
            case PAGED_OUT, LOADING -> "Wait. If it stays, the disk is slow: look at the log.";
            case DAMAGED -> "The log names the page. Stop the broker and run sluice storage verify.";
            case PAUSED -> "sluice queue update QUEUE --resume lets it go on.";
            case NO_CONSUMER -> "Start a consumer, or look why it is not attached: sluice link list.";
            case NO_CREDIT -> "The consumers are busy or stuck: look whether they settle what they have.";
            case NOT_SELECTED -> "Attach a consumer that takes it, correct the filter, or move the message away.";
            case GROUP_OWNED -> "Look why that consumer takes no more. Its groups go to others when it detaches.";
            case NOT_ACTIVE_CONSUMER ->
                "Look why the active consumer takes no more, or does not settle. The next takes over when it detaches.";
            case SEEN -> "Nothing need be done. Its time to live, a limit, a purge or a move makes it leave.";
            case UNDELIVERABLE_HERE ->
                "Attach another consumer, or give the queue a dead-letter queue: such messages go there.";
            default -> "";
        };
    }

    private static <T> String names(List<T> links, Function<T, String> name) {
        String some = links.stream().limit(MAX_NAMED).map(name).collect(Collectors.joining("; "));
        return links.size() > MAX_NAMED ? some + "; and " + (links.size() - MAX_NAMED) + " more" : some;
    }

    private static String withoutCredit(Cause.Waiting waiting) {
        return name(waiting.link()) + ", none " + since(waiting.sinceMillis()) + unsettled(waiting.unsettled());
    }

    private static String unsettled(int unsettled) {
        return unsettled == 0 ? "" : ", " + unsettled + " unsettled";
    }

    private static String since(long millis) {
        return millis == 0 ? "since it attached" : "since " + time(millis);
    }

    private static String name(LinkDescription link) {
        if (link.name().isEmpty()) {
            return "the broker itself";
        }
        return "link " + link.identity() + " '" + link.name() + "' of " + link.container() + " at "
                + link.remoteAddress();
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
