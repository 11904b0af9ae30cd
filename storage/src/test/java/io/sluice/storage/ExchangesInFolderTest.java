package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.tool.MessageExport;
import io.sluice.storage.tool.MessageImport;
import io.sluice.storage.tool.StoppedFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges and what is bound to them are wherever queues are: in the journal, in the store, in an export. */
class ExchangesInFolderTest {
    private static final ExchangeBinding TO_QUEUE =
            ExchangeBinding.toQueue("e", WorkingShard.QUEUE, "k").withArguments(Map.of("a", 1));
    private static final ExchangeBinding TO_EXCHANGE = ExchangeBinding.toExchange("amq.topic", "e", "#");

    @TempDir
    Path folder;

    private Path data;

    private static WorkingShard open(Path path) throws Exception {
        return WorkingShard.open(new StorageConfig(path, JournalLimits.ofSegments(1 << 20, 2, 8)));
    }

    @BeforeEach
    void declare() throws Exception {
        data = folder.resolve("data");
        try (WorkingShard shard = open(data)) {
            shard.publish(1);
            shard.exchange(ExchangeDefinition.named("e", Type.TOPIC).withAlternate("f"));
            shard.bind(TO_QUEUE);
            shard.bind(TO_EXCHANGE);
        }
    }

    @Test
    void theJournalAndTheStoreHaveThem() throws Exception {
        try (WorkingShard again = open(data)) {
            assertEquals(List.of(TO_EXCHANGE, TO_QUEUE), again.bindings());
            again.checkpoint();
        }
        try (WorkingShard third = open(data)) {
            assertEquals(List.of(TO_EXCHANGE, TO_QUEUE), third.bindings());
        }
    }

    private Path exported(Predicate<String> queues, boolean definitions) throws Exception {
        Path file = folder.resolve("export");
        try (StoppedFolder stopped = StoppedFolder.openOrCreate(new FileDisk(), data, ShardNumber.ONLY)) {
            MessageExport.run(
                    List.of(stopped), new MessageExport.Request(file, queues, definitions, false, 1), done -> {});
        }
        return file;
    }

    private Path imported(Path file) throws Exception {
        Path other = folder.resolve("other");
        try (StoppedFolder stopped = StoppedFolder.openOrCreate(new FileDisk(), other, ShardNumber.ONLY)) {
            MessageImport.run(stopped, new MessageImport.Request(file, name -> true, false), done -> {});
        }
        return other;
    }

    @Test
    void anExportTakesThemAlong() throws Exception {
        try (WorkingShard imported = open(imported(exported(name -> true, true)))) {
            assertEquals(List.of(TO_EXCHANGE, TO_QUEUE), imported.bindings());
            assertEquals(1, imported.messages());
        }
    }

    @Test
    void withoutItsQueueABindingStaysBehind() throws Exception {
        try (WorkingShard imported = open(imported(exported(name -> false, true)))) {
            assertEquals(List.of(TO_EXCHANGE), imported.bindings());
        }
    }

    @Test
    void withoutDefinitionsThereAreNone() throws Exception {
        try (WorkingShard imported = open(imported(exported(name -> true, false)))) {
            assertEquals(List.of(), imported.bindings());
        }
    }

    @Test
    void anExchangeThatIsThereAlreadyStaysAsItIs() throws Exception {
        Path other = folder.resolve("other");
        ExchangeDefinition theirs = ExchangeDefinition.named("e", Type.FANOUT);
        try (WorkingShard shard = open(other)) {
            shard.exchange(theirs);
        }
        try (WorkingShard imported = open(imported(exported(name -> true, true)))) {
            imported.exchange(theirs);
            assertEquals(List.of(TO_EXCHANGE, TO_QUEUE), imported.bindings());
        }
    }
}
