package io.sluice.storage.large;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.storage.Disk;
import io.sluice.storage.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BodyThreadTest {
    @TempDir
    private Path folder;

    @Test
    void anInterruptClosesNoFile() throws Exception {
        Path file = folder.resolve("body");
        CompletableFuture<Void> written = new CompletableFuture<>();
        try (BodyThread thread = new BodyThread("bodies")) {
            thread.execute(() -> {
                Thread.currentThread().interrupt();
                try (Disk.OpenFile out = new FileDisk().open(file)) {
                    out.write(ByteBuffer.allocate(100), 0);
                    out.force();
                    written.complete(null);
                } catch (IOException e) {
                    written.completeExceptionally(e);
                }
            });
            written.get(1, TimeUnit.MINUTES);
        }
        assertEquals(100, Files.size(file));
    }
}
