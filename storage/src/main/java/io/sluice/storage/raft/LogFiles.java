package io.sluice.storage.raft;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.SizeInBytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Ratis keeps in a replica's folder, looked at before it opens it:
 *
 * <pre>
 * &lt;group&gt;/current/raft-meta        term and vote
 * &lt;group&gt;/current/raft-meta.conf   members
 * &lt;group&gt;/current/log_&lt;first&gt;-&lt;last&gt;, log_inprogress_&lt;first&gt;
 * &lt;group&gt;/sm                       snapshots sent and received
 * </pre>
 */
final class LogFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");

    private final Path replica;
    private final Path current;
    private final SizeInBytes mostEntryBytes;

    LogFiles(RaftSettings settings) {
        this.mostEntryBytes = RaftConfig.mostEntryBytes(settings);
        this.replica = settings.folder().resolve(settings.group().toString());
        this.current = replica.resolve("current");
    }

    private boolean isNew() {
        return !Files.exists(current.resolve("raft-meta"));
    }

    /**
     * A store whose checkpoint is of before there was a group (a broker that was on its own) starts a log whose terms come behind it.
     *
     * @throws StorageException the store and the log do not belong together
     */
    void prepare(JournalPosition checkpoint) throws StorageException {
        try {
            // It is looked after from now on, and its room on the disk is asked for.
            Files.createDirectories(replica.toAbsolutePath().getParent());
            if (!isNew()) {
                deleteOutdated(checkpoint);
                return;
            }
            if (checkpoint.equals(JournalPosition.START)) {
                return;
            }
            Files.createDirectories(current);
            byte[] meta = ("term=" + checkpoint.epoch() + "\nvotedFor=\n").getBytes(StandardCharsets.UTF_8);
            try (FileChannel file = FileChannel.open(
                    current.resolve("raft-meta"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(meta));
                file.force(true);
            }
            for (Path folder :
                    List.of(current, replica, replica.toAbsolutePath().getParent())) {
                try (FileChannel channel = FileChannel.open(folder)) {
                    channel.force(true);
                }
            }
        } catch (IOException e) {
            throw new StorageException(
                    "The replicated journal in " + replica + " cannot be begun: " + Causes.sentence(e), e);
        }
    }

    /**
     * Deletes an open segment that ends before the checkpoint, as one does where a snapshot was received: an empty one too, or one whose end was
     * cut off. All that it has is in the store. Ratis 3.3.0 keeps it, and then refuses whatever comes behind the checkpoint, for ever.
     */
    private void deleteOutdated(JournalPosition checkpoint) throws IOException, StorageException {
        for (Path file : logs()) {
            Matcher open = OPEN.matcher(file.getFileName().toString());
            if (open.matches()) {
                long first = Long.parseLong(open.group(1));
                if (first <= checkpoint.index() && lastOf(file, first) < checkpoint.index()) {
                    LOG.info("{} ends before the checkpoint at {}, and is not needed any more", file, checkpoint);
                    Files.delete(file);
                }
            }
        }
    }

    /** The index of the last entry that can be read; the one before the first where there is none. */
    private long lastOf(Path file, long first) throws IOException {
        AtomicLong last = new AtomicLong(first - 1);
        LogSegment.readSegmentFile(
                file.toFile(),
                LogSegmentPath.matchLogSegment(file).getStartEnd(),
                mostEntryBytes,
                CorruptionPolicy.WARN_AND_RETURN,
                null,
                entry -> last.set(entry.getIndex()));
        return last.get();
    }

    /** Of all its files. */
    long bytes() throws StorageException {
        long bytes = 0;
        for (Path file : logs()) {
            try {
                bytes += Files.size(file);
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
        return bytes;
    }

    /** The index of the last entry that must be there by the names of the files; -1 where none says so. */
    long lastOfClosedSegments() throws StorageException {
        long last = -1;
        for (Path file : logs()) {
            Matcher closed = CLOSED.matcher(file.getFileName().toString());
            if (closed.matches()) {
                last = Math.max(last, Long.parseLong(closed.group(2)));
            }
        }
        return last;
    }

    private List<Path> logs() throws StorageException {
        if (!Files.isDirectory(current)) {
            return List.of();
        }
        try (var files = Files.list(current)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .toList();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private StorageException unreadable(IOException e) {
        return new StorageException(
                "The replicated journal in " + replica + " cannot be read: " + Causes.sentence(e), e);
    }

    /**
     * Damage at the end of the open segment is what a killed process leaves. Anywhere else it hides entries that this node said it has.
     *
     * @param lastClosed as it was before the server started
     * @throws StorageException such entries are gone
     */
    void refuseHole(Replica opened, long lastClosed) throws StorageException {
        long last;
        try {
            last = opened.division().getRaftLog().getNextIndex() - 1;
        } catch (IOException notAMemberYet) {
            return;
        }
        if (lastClosed > last) {
            opened.close();
            throw new StorageException("The replicated journal in " + replica + " is damaged: it ends at entry " + last
                    + " but had " + lastClosed
                    + ". Remove this node from the cluster, empty its data folder, and add it again.");
        }
    }
}
