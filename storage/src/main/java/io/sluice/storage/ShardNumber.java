package io.sluice.storage;

import java.nio.file.Path;

/**
 * One shard among those of a data folder.
 *
 * @param index from 0
 * @param count of all, 1 or more
 */
public record ShardNumber(int index, int count) {
    /** The only one there is. */
    public static final ShardNumber ONLY = new ShardNumber(0, 1);

    public ShardNumber {
        if (count < 1 || index < 0 || index >= count) {
            throw new IllegalArgumentException("there is no shard " + index + " of " + count);
        }
    }

    /** Where it is in the data folder of its broker. */
    Path folderIn(Path folder) {
        return index == 0 ? folder : folder.resolve("shards").resolve(Integer.toString(index));
    }
}
