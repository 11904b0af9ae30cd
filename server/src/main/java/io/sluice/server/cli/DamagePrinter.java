package io.sluice.server.cli;

import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.Damage;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what is damaged and what is lost with it. */
final class DamagePrinter {
    private final Output output;
    private final boolean json;
    private final Map<Long, String> queues;

    /** @param queues names by number, as far as they are known */
    DamagePrinter(Output output, boolean json, Map<Long, String> queues) {
        this.output = output;
        this.json = json;
        this.queues = queues;
    }

    void print(List<Damage> damages) {
        damages.forEach(json ? this::object : this::lines);
    }

    private void lines(Damage damage) {
        output.line(damage.file() + " at offset " + damage.offset() + ": " + damage.what());
        for (Damage.Lost lost : damage.lost()) {
            output.line("  queue " + queue(lost) + ", " + change(lost) + " of " + sequences(lost.sequences()));
        }
    }

    private void object(Damage damage) {
        output.object(generator -> {
            generator.writeStringField("damage", damage.what());
            generator.writeStringField("file", damage.file().toString());
            generator.writeNumberField("offset", damage.offset());
            generator.writeArrayFieldStart("lost");
            for (Damage.Lost lost : damage.lost()) {
                generator.writeStartObject();
                generator.writeStringField("queue", queue(lost));
                generator.writeStringField("change", change(lost));
                generator.writeStringField("sequences", sequences(lost.sequences()));
                generator.writeEndObject();
            }
            generator.writeEndArray();
        });
    }

    private String queue(Damage.Lost lost) {
        return queues.getOrDefault(lost.queueId(), "number " + lost.queueId());
    }

    private static String change(Damage.Lost lost) {
        return lost.change().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String sequences(SequenceRanges ranges) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ranges.rangeCount(); i++) {
            text.append(i == 0 ? "" : ", ").append(ranges.first(i));
            if (ranges.last(i) > ranges.first(i)) {
                text.append('-').append(ranges.last(i));
            }
        }
        return text.toString();
    }
}
