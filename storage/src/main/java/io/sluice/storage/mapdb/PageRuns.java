package io.sluice.storage.mapdb;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Gathers pages that lie side by side in a file into one write. One thread. */
final class PageRuns {
    private final SteppedFile file;
    private final ByteBuffer gathered;
    private long firstPhysical;

    /** @param buffer of whole pages; used by nobody else until {@link #end} */
    PageRuns(SteppedFile file, ByteBuffer buffer) {
        this.file = file;
        this.gathered = buffer.clear();
    }

    void add(long physicalPage, ByteBuffer page) throws IOException {
        boolean follows =
                gathered.hasRemaining() && physicalPage == firstPhysical + gathered.position() / PageFile.PAGE_BYTES;
        if (!follows || gathered.position() == 0) {
            end();
            firstPhysical = physicalPage;
        }
        gathered.put(page);
    }

    /** Writes what is left. */
    void end() throws IOException {
        if (gathered.position() > 0) {
            file.write(gathered.flip(), firstPhysical * PageFile.PAGE_BYTES);
        }
        gathered.clear();
    }
}
