package io.sluice.storage.raft;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Which group keeps which shard of which cluster. */
public final class RaftGroups {
    private RaftGroups() {}

    /**
     * @param cluster its name
     * @param shard from 0
     */
    public static UUID of(String cluster, int shard) {
        return UUID.nameUUIDFromBytes(
                ("sluice cluster " + cluster + " shard " + shard).getBytes(StandardCharsets.UTF_8));
    }
}
