package io.sluice.storage.journal;

import io.sluice.storage.Disk;
import io.sluice.storage.journal.JournalFormat.FrameHead;
import io.sluice.storage.journal.JournalFormat.Header;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the frames of one segment from its start, in large steps, for as long as they are valid. One thread. */
final class SegmentReader {
    private static final int WINDOW_BYTES = 4 << 20;

    private final Disk.OpenFile file;
    private final Header header;
    private final byte[] seed;
    private final long fileBytes;

    private ByteBuffer window;
    private long windowOffset;
    private long offset = JournalFormat.FIRST_FRAME;
    private FrameHead head;
    private int previousCrc;
    private long lastIndex;

    /** @param window to read through, reused over segments; replaced by a larger one for a large frame */
    SegmentReader(Disk.OpenFile file, Header header, ByteBuffer window) throws IOException {
        this.file = file;
        this.header = header;
        this.seed = JournalFormat.seed(header.store(), header.number());
        this.fileBytes = file.size();
        this.window = window;
        this.previousCrc = header.previousCrc();
        this.lastIndex = header.firstIndex() - 1;
        window.limit(0);
    }

    static ByteBuffer newWindow() {
        return ByteBuffer.allocateDirect(WINDOW_BYTES);
    }

    /** Where the frame is that the last {@link #next} looked at. */
    long offset() {
        return offset;
    }

    FrameHead head() {
        return head;
    }

    /** Checksum of the last valid frame, or what the header says is before the first. */
    int previousCrc() {
        return previousCrc;
    }

    /** Index of the last batch of the last valid frame. */
    long lastIndex() {
        return lastIndex;
    }

    /** The next frame's batches, to be read from the buffer's position to its limit; null at the first that is not valid. */
    ByteBuffer next() throws IOException {
        if (head != null) {
            offset += head.paddedBytes();
            head = null;
        }
        FrameHead candidate = candidate(offset);
        if (candidate == null
                || candidate.previousCrc() != previousCrc
                || candidate.index() != lastIndex + candidate.batches()) {
            return null;
        }
        head = candidate;
        previousCrc = candidate.crc();
        lastIndex = candidate.index();
        int start = (int) (offset - windowOffset) + JournalFormat.FRAME_HEAD_BYTES;
        return window.duplicate().clear().position(start).limit(start + head.bytes());
    }

    /**
     * Where, behind the frame that was not valid, the next head of a frame of this segment is; that frame may itself be torn. -1: there
     * is none.
     */
    long headBehind() throws IOException {
        FrameHead notValid = head(offset);
        long at = offset + (notValid == null ? JournalFormat.ALIGNMENT : notValid.paddedBytes());
        while (at + JournalFormat.FRAME_HEAD_BYTES <= fileBytes) {
            if (head(at) != null) {
                return at;
            }
            at += JournalFormat.ALIGNMENT;
        }
        return -1;
    }

    /** The batches of the frame that was not valid, where its head is; null where it has none. */
    ByteBuffer remains() throws IOException {
        FrameHead notValid = head(offset);
        if (notValid == null || !load(offset, JournalFormat.FRAME_HEAD_BYTES + notValid.bytes())) {
            return null;
        }
        int start = (int) (offset - windowOffset) + JournalFormat.FRAME_HEAD_BYTES;
        ByteBuffer copy = ByteBuffer.allocate(notValid.bytes());
        copy.put(window.duplicate().clear().position(start).limit(start + notValid.bytes()));
        return copy.flip();
    }

    /** Goes on at a head that {@link #headBehind} found: it is taken to follow what it says it follows. */
    void resumeAt(long at) throws IOException {
        FrameHead next = head(at);
        offset = at;
        head = null;
        previousCrc = next.previousCrc();
        lastIndex = next.index() - next.batches();
    }

    /** The undamaged head at {@code at} of a frame that may follow what was read; null where there is none. */
    private FrameHead head(long at) throws IOException {
        if (!load(at, JournalFormat.FRAME_HEAD_BYTES)
                || !JournalFormat.isFrameHead(window, (int) (at - windowOffset), seed)) {
            return null;
        }
        FrameHead found = JournalFormat.decodeFrameHead(window, (int) (at - windowOffset));
        boolean plausible = found.epoch() == header.epoch()
                && found.bytes() >= 0
                && found.batches() >= 0
                && found.index() >= lastIndex
                && found.bytes() <= fileBytes - at - JournalFormat.FRAME_HEAD_BYTES;
        return plausible ? found : null;
    }

    /** As {@link #head(long)}, of a frame that is whole and has the right checksum. */
    private FrameHead candidate(long at) throws IOException {
        FrameHead found = head(at);
        if (found == null || !load(at, JournalFormat.FRAME_HEAD_BYTES + found.bytes())) {
            return null;
        }
        int crc = JournalFormat.frameCrc(window, (int) (at - windowOffset), found.bytes(), seed);
        return crc == found.crc() ? found : null;
    }

    /** Brings a range of the file into the window. @return false: it ends before */
    private boolean load(long at, int bytes) throws IOException {
        if (at >= windowOffset && at + bytes <= windowOffset + window.limit()) {
            return true;
        }
        if (at + bytes > fileBytes) {
            return false;
        }
        if (bytes > window.capacity()) {
            window = ByteBuffer.allocateDirect(bytes);
        }
        window.clear();
        windowOffset = at;
        file.read(window, at);
        window.flip();
        return window.limit() >= bytes;
    }
}
