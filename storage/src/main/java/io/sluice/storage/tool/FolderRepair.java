package io.sluice.storage.tool;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.Damage;
import io.sluice.storage.journal.JournalRepair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a folder that opens from a damaged one, with all that can be read of it. What was replaced stays beside. */
public final class FolderRepair {
    private FolderRepair() {}

    /**
     * @param damages what was found, with what is lost
     * @param kept the damaged files, under their new names
     * @param left damages that are still there: those of large bodies
     */
    public record Result(List<Damage> damages, List<Path> kept, List<Damage> left) {}

    /** @throws StorageException a file is of a newer format, the disk fails or is full; what was there is still there */
    public static Result run(StoppedFolder folder) throws StorageException {
        FolderVerification.Report report = FolderVerification.run(folder, read -> {});
        Path journal = folder.directory().journalFolder();
        Path large = folder.directory().largeFolder();
        List<Path> kept = new ArrayList<>();
        try {
            if (isIn(report, journal)) {
                try (FolderReader reader = FolderReader.open(folder)) {
                    kept.addAll(new JournalRepair(folder.disk(), journal, folder.store()).run(reader.checkpoint()));
                }
            }
            if (report.damages().stream().anyMatch(damage -> isOfStore(folder, damage))) {
                kept.addAll(writeStore(folder, true));
            }
        } catch (IOException e) {
            throw failed(folder, e);
        }
        List<Damage> left = report.damages().stream()
                .filter(damage -> damage.file().startsWith(large))
                .toList();
        return new Result(report.damages(), List.copyOf(kept), left);
    }

    /**
     * Writes the store anew, as small as it can be.
     *
     * @throws StorageException it is damaged, or the disk fails or is full: what was there is still there
     */
    public static void compact(StoppedFolder folder) throws StorageException {
        FolderVerification.Report report = FolderVerification.run(folder, read -> {});
        if (report.damages().stream().anyMatch(damage -> isOfStore(folder, damage))) {
            throw new StorageException("The store in " + folder.path() + " is damaged: repair it first.");
        }
        try {
            writeStore(folder, false);
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    private static boolean isIn(FolderVerification.Report report, Path part) {
        return report.damages().stream().anyMatch(damage -> damage.file().startsWith(part));
    }

    private static boolean isOfStore(StoppedFolder folder, Damage damage) {
        return folder.path().equals(damage.file().getParent());
    }

    private static List<Path> writeStore(StoppedFolder folder, boolean keep) throws IOException, StorageException {
        StoreRepair repair = new StoreRepair(folder);
        try {
            try (FolderReader reader = FolderReader.open(folder)) {
                repair.write(reader);
            }
            return repair.swap(keep);
        } finally {
            repair.clean();
        }
    }

    private static StorageException failed(StoppedFolder folder, IOException e) {
        return new StorageException("The repair of " + folder.path() + " failed: " + e.getMessage(), e);
    }
}
