package io.sluice.storage.mapdb;

import io.sluice.storage.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** A store file with its redo, and what is in it. The store's thread; see {@link #newReader}. */
final class StoreFile implements Closeable {
    private final PageFile pages;
    private final StoreContent content;

    /**
     * Where the files of a store are and how they are written.
     *
     * @param folder that exists and belongs to this store
     * @param store identity of the store; a file of another one is refused
     */
    record Place(Disk disk, Path folder, UUID store, PageFile.Writing writing) {
        Path file() {
            return folder.resolve("store.db");
        }

        Path redo() {
            return folder.resolve("store.redo");
        }

        Path newFile() {
            return folder.resolve("store.db.new");
        }

        Path newRedo() {
            return folder.resolve("store.redo.new");
        }
    }

    private StoreFile(PageFile pages) throws IOException {
        this.pages = pages;
        boolean opened = false;
        try {
            content = new StoreContent(new StoreRecords(pages));
            opened = true;
        } finally {
            if (!opened) {
                pages.close();
            }
        }
    }

    /** Opens the store's file; a new one where there is none. */
    static StoreFile open(Place place) throws IOException {
        return open(place, place.file(), place.redo());
    }

    static StoreFile open(Place place, Path file, Path redo) throws IOException {
        return new StoreFile(new PageFile(place.disk, file, redo, place.store, place.writing));
    }

    StoreContent content() {
        return content;
    }

    /** To read pages with, beside the store's thread; for one thread, until this is closed. */
    PageReader newReader() {
        return new PageReader(content.slots(), pages);
    }

    /** Commits so far. */
    long commits() {
        return pages.commits();
    }

    long fileBytes() {
        return pages.pages() * PageFile.PAGE_BYTES;
    }

    /** The store's thread; time goes with the number of slots. */
    StoreUse use() {
        return StoreUse.of(content.slots().slots(), pages.fileBytes(), pages.redoBytes());
    }

    /** Makes the file whole without its redo. */
    void dropRedo() throws IOException {
        pages.dropRedo();
    }

    @Override
    public void close() throws IOException {
        pages.close();
    }
}
