package io.sluice.server;

import io.sluice.amqp.Shards;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.shard.Placement;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.storage.raft.RaftMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The shards of a node of a cluster: those it is the primary of are served, the others are elsewhere. Any thread. */
final class LedShards implements Shards {
    private final Placement placement;
    private final Redirects redirects;
    /** Each as it is open, or was last; null before the first time. */
    private final AtomicReferenceArray<ShardMailbox> opened;
    /** Null where it is not served here. */
    private final AtomicReferenceArray<ShardMailbox> led;
    /** Who serves it elsewhere; null where nobody is known. */
    private final AtomicReferenceArray<RaftMember> primaries;

    LedShards(Placement placement, Redirects redirects) {
        this.placement = placement;
        this.redirects = redirects;
        this.opened = new AtomicReferenceArray<>(placement.shards());
        this.led = new AtomicReferenceArray<>(placement.shards());
        this.primaries = new AtomicReferenceArray<>(placement.shards());
    }

    void opened(int shard, ShardMailbox mailbox) {
        opened.set(shard, mailbox);
    }

    /** Whether each was open once. */
    boolean areOpened() {
        for (int shard = 0; shard < placement.shards(); shard++) {
            if (opened.get(shard) == null) {
                return false;
            }
        }
        return true;
    }

    /** It is served here from now on. */
    void gained(int shard) {
        led.set(shard, opened.get(shard));
    }

    /** It is served here no more. */
    void lost(int shard) {
        led.set(shard, null);
    }

    boolean isAnyLed() {
        return !all().isEmpty();
    }

    boolean isLed(int shard) {
        return led.get(shard) != null;
    }

    void primary(int shard, Optional<RaftMember> primary) {
        primaries.set(shard, primary.orElse(null));
    }

    @Override
    public ShardMailbox of(String address) {
        return opened.get(placement.shardOf(address));
    }

    @Override
    public List<ShardMailbox> all() {
        List<ShardMailbox> here = new ArrayList<>();
        for (int shard = 0; shard < placement.shards(); shard++) {
            ShardMailbox mailbox = led.get(shard);
            if (mailbox != null) {
                here.add(mailbox);
            }
        }
        return here;
    }

    @Override
    public int count() {
        return placement.shards();
    }

    @Override
    public int numberOf(String address) {
        return placement.shardOf(address);
    }

    /** As the primary of the first shard has decided them, a moment later. */
    @Override
    public ShardMailbox definitions() {
        return opened.get(0);
    }

    /** As of now; nothing before they are known. */
    Definitions defined() {
        ShardMailbox first = opened.get(0);
        return first == null ? Definitions.NONE : first.definitions();
    }

    @Override
    public Optional<Refusal> elsewhere(String address) {
        int shard = placement.shardOf(address);
        return elsewhere(shard, "'" + address + "' is in shard " + shard);
    }

    @Override
    public Optional<Refusal> definitionsElsewhere() {
        return elsewhere(0, "Users and policies are in shard 0");
    }

    private Optional<Refusal> elsewhere(int shard, String what) {
        if (isLed(shard)) {
            return Optional.empty();
        }
        RaftMember primary = primaries.get(shard);
        if (primary == null) {
            return Optional.of(
                    Refusal.of(Refusal.Kind.DETACH_FORCED, what + ", which has no primary at the moment: ask again"));
        }
        return Optional.of(redirects.to(primary, Refusal.Kind.LINK_REDIRECT, what + ", whose primary is "));
    }

    @Override
    public Shards forConnection() {
        return new OfConnection();
    }

    /** Remembers which are used, since their loss ends the connection. On its event loop. */
    private final class OfConnection implements Shards {
        /** A bit for each. */
        private long used;

        private void use(int shard) {
            used |= 1L << shard;
        }

        @Override
        public ShardMailbox of(String address) {
            use(placement.shardOf(address));
            return LedShards.this.of(address);
        }

        @Override
        public List<ShardMailbox> all() {
            for (int shard = 0; shard < placement.shards(); shard++) {
                if (isLed(shard)) {
                    use(shard);
                }
            }
            return LedShards.this.all();
        }

        @Override
        public int count() {
            return LedShards.this.count();
        }

        @Override
        public int numberOf(String address) {
            return LedShards.this.numberOf(address);
        }

        @Override
        public ShardMailbox definitions() {
            return LedShards.this.definitions();
        }

        @Override
        public Optional<Refusal> elsewhere(String address) {
            return LedShards.this.elsewhere(address);
        }

        @Override
        public Optional<Refusal> definitionsElsewhere() {
            return LedShards.this.definitionsElsewhere();
        }

        /** Where there is one only, a connection is for it from the beginning. */
        @Override
        public boolean uses(Shards all, int shard) {
            return all == LedShards.this && (placement.shards() == 1 || (used & 1L << shard) != 0);
        }
    }
}
