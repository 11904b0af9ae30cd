package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
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
        CompletableFuture<Void> primary = new CompletableFuture<>();
        ReplicaListener listener = (ReplicaListener) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ReplicaListener.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("primary")) {
                        primary.complete(null);
                    }
                    return null;
                });
        StoreSnapshots snapshots = new StoreSnapshots((position, file) -> {}, JournalPosition.START);
        replica = member.replica(new ShardStateMachine(snapshots, listener));
        new LogFiles(member.settings()).prepare(JournalPosition.START);
        replica.start(member.settings());
        primary.get();
    }

    @AfterEach
    void close() {
        assertTrue(replica.close());
        member.close();
    }

    private Thread eviction() {
        String name = member.settings().self().id() + "@group-";
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(name))
                .filter(thread -> thread.getName().contains("cacheEviction"))
                .findFirst()
                .orElseThrow();
    }

    /** Only who has the lock may let the close go on. */
    private void endsBeforeTheLockIsNeeded(Runnable close) throws Exception {
        Thread eviction = eviction();
        RaftLogBase log = (RaftLogBase) replica.division().getRaftLog();
        AutoCloseableLock lock = log.writeLock();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(close);
        try {
            eviction.join();
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
