package io.sluice.server.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.DivertDeleted;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeleted;
import io.sluice.broker.record.ExchangeRecord.Unbound;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.server.ExitCode;
import io.sluice.storage.Damage;
import io.sluice.storage.tool.FolderDump;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice storage dump}: always JSON lines, for a person with a pager or a script. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        description =
                "Print what stands in the files, one JSON object per record: the store, then the journal behind it.")
final class StorageDumpCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    StorageOptions storage;

    @Option(names = "--queue", paramLabel = "NAME", description = "Records of this queue only.")
    String queue;

    @Option(names = "--from", paramLabel = "N", description = "Messages from this sequence on only.")
    long from;

    @Option(names = "--to", paramLabel = "N", description = "Messages up to this sequence only.")
    long to = Long.MAX_VALUE;

    @Option(names = "--bodies", description = "With the bytes of each message, in base 64.")
    boolean bodies;

    private final Map<Long, String> names = new HashMap<>();
    private boolean damaged;
    /** -1 where there is one only. */
    private int shard = -1;

    @Override
    public Integer call() throws CommandFailure {
        Output output = new Output(spec.commandLine().getOut());
        storage.withEach(folder -> {
            names.clear();
            shard = folder.shard().count() == 1 ? -1 : folder.shard().index();
            FolderDump.run(folder, new FolderDump.Sink() {
                @Override
                public void record(FolderDump.Place place, JournalRecord record) {
                    print(output, place, record);
                }

                @Override
                public void damage(Damage damage) {
                    damaged = true;
                    new DamagePrinter(output, true, names).print(List.of(damage));
                }
            });
            return folder;
        });
        return damaged ? ExitCode.REFUSED : ExitCode.OK;
    }

    private void print(Output output, FolderDump.Place place, JournalRecord record) {
        if (record instanceof QueueDeclared declared) {
            names.put(declared.queueId(), declared.definition().name());
        }
        if (record instanceof Published published) {
            published.copies().forEach(copy -> print(output, place, copy));
            return;
        }
        if (!isWanted(record)) {
            return;
        }
        output.object(json -> {
            if (shard >= 0) {
                json.writeNumberField("shard", shard);
            }
            json.writeStringField("file", place.file().getFileName().toString());
            json.writeNumberField("offset", place.offset());
            json.writeNumberField("batch", place.index());
            json.writeStringField("record", record.getClass().getSimpleName());
            if (record instanceof DefinitionRecord definition) {
                write(json, definition);
                return;
            }
            if (record instanceof ExchangeRecord exchange) {
                write(json, exchange);
                return;
            }
            json.writeStringField("queue", names.getOrDefault(record.queueId(), "number " + record.queueId()));
            write(json, record);
        });
    }

    private static void write(JsonGenerator json, DefinitionRecord definition) throws IOException {
        // Without the stored password: what this prints is looked at by many.
        if (definition instanceof UserDefined user) {
            json.writeStringField("user", user.user().name());
            json.writeBooleanField("hasPassword", user.user().password().isPresent());
            json.writeBooleanField("loopbackOnly", user.user().loopbackOnly());
        } else if (definition instanceof UserDeleted user) {
            json.writeStringField("user", user.name());
        } else if (definition instanceof PolicyDefined policy) {
            json.writeStringField("policy", policy.policy().name());
            json.writeStringField("pattern", policy.policy().pattern().text());
            json.writeNumberField("order", policy.policy().order());
        } else if (definition instanceof PolicyDeleted policy) {
            json.writeStringField("policy", policy.name());
        } else if (definition instanceof DivertDefined divert) {
            json.writeStringField("divert", divert.divert().name());
            json.writeStringField("of", divert.divert().kind().name());
            json.writeStringField("pattern", divert.divert().pattern().text());
            json.writeStringField("filter", divert.divert().selection().text());
            json.writeStringField("toA", divert.divert().toKind().name());
            json.writeStringField("to", divert.divert().to());
            json.writeBooleanField("exclusive", divert.divert().exclusive());
        } else if (definition instanceof DivertDeleted divert) {
            json.writeStringField("divert", divert.name());
        }
    }

    private static void write(JsonGenerator json, ExchangeRecord record) throws IOException {
        if (record instanceof ExchangeDeclared declared) {
            json.writeStringField("exchange", declared.exchange().name());
            json.writeStringField("exchangeType", declared.exchange().type().text());
        } else if (record instanceof ExchangeDeleted deleted) {
            json.writeStringField("exchange", deleted.name());
        } else if (record instanceof Bound bound) {
            write(json, bound.binding());
        } else if (record instanceof Unbound unbound) {
            write(json, unbound.binding());
        }
    }

    private static void write(JsonGenerator json, ExchangeBinding binding) throws IOException {
        json.writeStringField("exchange", binding.source());
        json.writeStringField("destinationKind", binding.kind().name());
        json.writeStringField("destination", binding.destination());
        json.writeStringField("key", binding.key());
        json.writeStringField("arguments", binding.arguments().toString());
    }

    private boolean isWanted(JournalRecord record) {
        if (queue != null && !queue.equals(names.get(record.queueId()))) {
            return false;
        }
        if (record instanceof Enqueued message) {
            return message.sequence() >= from && message.sequence() <= to;
        }
        if (record instanceof Returned message) {
            return message.sequence() >= from && message.sequence() <= to;
        }
        if (record instanceof Removed removed) {
            int last = removed.sequences().rangeCount() - 1;
            return removed.sequences().last(last) >= from && removed.sequences().first(0) <= to;
        }
        return true;
    }

    private void write(JsonGenerator json, JournalRecord record) throws IOException {
        if (record instanceof Enqueued message) {
            json.writeNumberField("sequence", message.sequence());
            json.writeNumberField("arrivedAtMillis", message.arrivedAtMillis());
            json.writeNumberField("expiresAtMillis", message.expiresAtMillis());
            json.writeNumberField("deliverAtMillis", message.deliverAtMillis());
            json.writeNumberField("deliveryCount", message.deliveryCount());
            json.writeNumberField("priority", message.message().priority());
            json.writeNumberField("bytes", message.message().size());
            if (bodies) {
                json.writeBinaryField("encoded", message.message().encoded());
            }
        } else if (record instanceof Removed removed) {
            json.writeStringField("reason", removed.reason().name());
            json.writeStringField("sequences", removed.sequences().toString());
        } else if (record instanceof Returned returned) {
            json.writeNumberField("sequence", returned.sequence());
            json.writeNumberField("deliveryCount", returned.deliveryCount());
            json.writeNumberField("deliverAtMillis", returned.deliverAtMillis());
        } else if (record instanceof Subscribed subscribed) {
            Subscription subscription = subscribed.subscription();
            json.writeStringField("container", subscription.identity().container());
            json.writeStringField("name", subscription.identity().name());
            json.writeStringField("topic", subscription.topic());
            json.writeStringField("filter", subscription.selection().text());
            json.writeBooleanField("noLocal", subscription.noLocal());
            json.writeBooleanField("shared", subscription.shared());
            SubscriptionExpiry.State expiry = subscribed.expiry();
            json.writeStringField("expiryPolicy", expiry.expiry().policy().name());
            json.writeNumberField("timeoutSeconds", expiry.expiry().timeoutSeconds());
            json.writeNumberField("endsAtMillis", expiry.endsAtMillis());
        } else if (record instanceof LastValues last) {
            json.writeNumberField("keys", last.values().size());
        } else if (record instanceof SessionStateSet set) {
            json.writeStringField("session", set.session());
            json.writeNumberField(
                    "bytes", set.state().map(state -> state.bytes().length).orElse(0));
        } else if (record instanceof QueueDeclared declared) {
            json.writeNumberField("nextSequence", declared.nextSequence());
        } else if (record instanceof QueuePaused paused) {
            json.writeBooleanField("paused", paused.delivery());
            json.writeBooleanField("intakePaused", paused.intake());
        }
    }
}
