package io.sluice.storage.tool;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.Damage;
import io.sluice.storage.journal.JournalRepair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes a journal that opens from a damaged one, with all that can be read of it. What was replaced stays beside. */
public final class FolderRepair {
    private FolderRepair() {}

    /**
     * @param damages what was found, with what is lost
     * @param kept the damaged files, under their new names
     * @param left damages that are still there: those of the store and of large bodies
     */
    public record Result(List<Damage> damages, List<Path> kept, List<Damage> left) {}

    /** @throws StorageException a file is of a newer format, the disk fails or is full; what was there is still there */
    public static Result run(StoppedFolder folder) throws StorageException {
        FolderVerification.Report report = FolderVerification.run(folder, read -> {});
        if (report.damages().isEmpty()) {
            return new Result(List.of(), List.of(), List.of());
        }
        try (FolderReader reader = FolderReader.open(folder)) {
            Path journal = folder.directory().journalFolder();
            boolean journalDamaged =
                    report.damages().stream().anyMatch(damage -> damage.file().startsWith(journal));
            List<Path> kept = journalDamaged
                    ? new JournalRepair(folder.disk(), journal, folder.store()).run(reader.checkpoint())
                    : List.of();
            List<Damage> left = report.damages().stream()
                    .filter(damage -> !damage.file().startsWith(journal))
                    .toList();
            return new Result(report.damages(), kept, left);
        } catch (IOException e) {
            throw new StorageException("The repair of " + folder.path() + " failed: " + e.getMessage(), e);
        }
    }
}
