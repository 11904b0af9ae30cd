package io.sluice.storage.raft;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Which group keeps which shard, or which virtual host, of which cluster. */
public final class RaftGroups {
    private RaftGroups() {}

    /**
     * @param cluster its name
     * @param shard from 0
     */
    public static UUID of(String cluster, int shard) {
        return named("sluice cluster " + cluster + " shard " + shard);
    }

    /**
     * @param cluster its name
     * @param virtualHost name of one that is not the default one
     */
    public static UUID ofVirtualHost(String cluster, String virtualHost) {
        return named("sluice cluster " + cluster + " virtual host " + virtualHost);
    }

    private static UUID named(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
