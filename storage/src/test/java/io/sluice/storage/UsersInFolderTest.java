package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Divert;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.tool.FolderDump;
import io.sluice.storage.tool.MessageExport;
import io.sluice.storage.tool.MessageImport;
import io.sluice.storage.tool.StoppedFolder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users and diverts that were defined are wherever queues are: in the journal, in the store, in an export. */
class UsersInFolderTest {
    private final User anna = User.of("anna", StoredPassword.create("secret", 4096, new SecureRandom()), true);

    @TempDir
    Path folder;

    private Path data;

    private static WorkingShard open(Path path) throws Exception {
        return WorkingShard.open(new StorageConfig(path, JournalLimits.ofSegments(1 << 20, 2, 8)));
    }

    @BeforeEach
    void define() throws Exception {
        data = folder.resolve("data");
        try (WorkingShard shard = open(data)) {
            shard.publish(1);
            shard.define(new UserDefined(anna));
            shard.define(new UserDefined(User.of("bert", anna.password().get(), false)));
            shard.define(new UserDeleted("bert"));
            shard.define(new DivertDefined(divert("audit")));
        }
    }

    @Test
    void theJournalHasThem() throws Exception {
        try (WorkingShard again = open(data)) {
            assertEquals(Map.of("anna", anna), again.definitions().users());
        }
    }

    @Test
    void theStoreHasThem() throws Exception {
        try (WorkingShard again = open(data)) {
            again.checkpoint();
        }
        List<String> dumped = new ArrayList<>();
        try (StoppedFolder stopped = StoppedFolder.openOrCreate(new FileDisk(), data, ShardNumber.ONLY)) {
            FolderDump.run(stopped, new FolderDump.Sink() {
                @Override
                public void record(FolderDump.Place place, io.sluice.broker.record.JournalRecord record) {
                    if (record instanceof UserDefined defined) {
                        dumped.add(place.file().getFileName() + " "
                                + defined.user().name());
                    }
                }

                @Override
                public void damage(Damage damage) {
                    throw new AssertionError(damage);
                }
            });
        }
        assertEquals(1, dumped.stream().filter("store.db anna"::equals).count(), dumped.toString());
        try (WorkingShard third = open(data)) {
            assertEquals(Map.of("anna", anna), third.definitions().users());
        }
    }

    private static Divert divert(String to) {
        return new Divert("d", NodeKind.QUEUE, new NamePattern("orders.*"), Selection.ALL, NodeKind.QUEUE, to, false);
    }

    private Path exported(Predicate<String> queues, boolean definitions) throws Exception {
        Path file = folder.resolve("export-" + definitions);
        try (StoppedFolder stopped = StoppedFolder.openOrCreate(new FileDisk(), data, ShardNumber.ONLY)) {
            MessageExport.run(
                    List.of(stopped), new MessageExport.Request(file, queues, definitions, false, 1), done -> {});
        }
        return file;
    }

    private static void importInto(Path other, Path file) throws Exception {
        try (StoppedFolder stopped = StoppedFolder.openOrCreate(new FileDisk(), other, ShardNumber.ONLY)) {
            MessageImport.run(stopped, new MessageImport.Request(file, name -> true, false), done -> {});
        }
    }

    @Test
    void anExportTakesThemAlong() throws Exception {
        Path other = folder.resolve("other");
        importInto(other, exported(name -> true, true));
        try (WorkingShard imported = open(other)) {
            assertEquals(Map.of("anna", anna), imported.definitions().users());
            assertEquals(List.of(divert("audit")), imported.definitions().diverts());
            assertEquals(1, imported.messages());
        }
        Path without = folder.resolve("without");
        importInto(without, exported(name -> true, false));
        try (WorkingShard imported = open(without)) {
            assertEquals(Map.of(), imported.definitions().users());
        }
    }

    @Test
    void whoIsThereAlreadyStaysAsHeIs() throws Exception {
        Path other = folder.resolve("other");
        User theirs = anna.withLoopbackOnly(false);
        try (WorkingShard shard = open(other)) {
            shard.define(new UserDefined(theirs));
            shard.define(new DivertDefined(divert("theirs")));
        }
        importInto(other, exported(name -> true, true));
        try (WorkingShard imported = open(other)) {
            assertEquals(Map.of("anna", theirs), imported.definitions().users());
            assertEquals(List.of(divert("theirs")), imported.definitions().diverts());
        }
    }
}
