package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.server.raftlog.RaftLogBase;
import org.apache.ratis.util.AutoCloseableLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the log is closed, the thread that waits for its lock now and then is gone before. */
@Timeout(60)
final class CacheEvictionTest {
    @TempDir
    private Path folder;

    private SoleMember member;
    private Replica replica;

    @BeforeEach
    void start() throws Exception {
        member = new SoleMember(folder);
        ReplicaListener nobody = (ReplicaListener) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ReplicaListener.class},
                (proxy, method, arguments) -> null);
        StoreSnapshots snapshots = new StoreSnapshots((position, file) -> {}, JournalPosition.START);
        replica = member.replica(new ShardStateMachine(snapshots, nobody));
        new LogFiles(member.settings()).prepare(JournalPosition.START);
        replica.start(member.settings());
        await(replica::leads);
    }

    @AfterEach
    void close() {
        assertTrue(replica.close());
        member.close();
    }

    private static void await(Callable<Boolean> state) throws Exception {
        while (!state.call()) {
            Thread.sleep(10);
        }
    }

    private boolean isThere() {
        String name = member.settings().self().id() + "@group-";
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .anyMatch(thread -> thread.startsWith(name) && thread.contains("cacheEviction"));
    }

    /** Only who has the lock may let the close go on. */
    private void endsBeforeTheLockIsNeeded(Runnable close) throws Exception {
        assertTrue(isThere());
        RaftLogBase log = (RaftLogBase) replica.division().getRaftLog();
        AutoCloseableLock lock = log.writeLock();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(close);
        try {
            await(() -> !isThere());
        } finally {
            lock.close();
        }
        closed.get();
    }

    @Test
    void whereALifeEnds() throws Exception {
        endsBeforeTheLockIsNeeded(() -> assertTrue(replica.close()));
    }

    @Test
    void whereAnotherNodeTellsThatItIsRemoved() throws Exception {
        ReplicaAdministration another = new ReplicaAdministration(
                replica, member.settings(), new LogRoom(member.settings().limits()), null, null);
        endsBeforeTheLockIsNeeded(() -> {
            try {
                another.tellRemoved(member.settings().self());
            } catch (StorageException e) {
                throw new AssertionError(e);
            }
        });
    }
}
