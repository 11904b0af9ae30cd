package io.sluice.storage.raft;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.JournalContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A group of one member is held to what every journal promises. */
class RaftJournalContractTest extends JournalContract {
    @TempDir
    private Path folder;

    private SoleMember member;

    @BeforeEach
    void openServer() throws StorageException {
        member = new SoleMember(folder);
    }

    @AfterEach
    @Override
    protected void closeJournal() throws StorageException {
        super.closeJournal();
        member.close();
    }

    @Override
    protected Journal journal() {
        return member.journal();
    }
}
