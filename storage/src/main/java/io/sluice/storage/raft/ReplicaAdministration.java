package io.sluice.storage.raft;

import io.sluice.broker.port.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.client.api.GroupManagementApi;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.TimeDuration;

/**
 * Who is in a group, and changes of that. Any thread; what only looks does not block, everything else does, and is asked of the primary.
 */
public final class ReplicaAdministration {
    private static final long UNREACHABLE_MILLIS = 3_000;
    static final long TRANSFER_MILLIS = 5_000;
    private static final int ATTEMPTS = 40;
    private static final int REMOVED_ATTEMPTS = 8;
    private static final int RETRY_MILLIS = 250;

    private final Replica replica;
    private final RaftSettings settings;
    private final LogRoom room;
    private final Succession succession;
    private final ReplicaWatch watch;

    ReplicaAdministration(
            Replica replica, RaftSettings settings, LogRoom room, Succession succession, ReplicaWatch watch) {
        this.replica = replica;
        this.settings = settings;
        this.room = room;
        this.succession = succession;
        this.watch = watch;
    }

    /** As this node sees it; of a node that no group took in yet, itself alone. */
    public ClusterStatus status() {
        String self = settings.self().id();
        RaftServer.Division division;
        try {
            division = replica.division();
        } catch (IOException noGroupYet) {
            ClusterStatus.Member alone = new ClusterStatus.Member(
                    settings.self(), ClusterStatus.Role.UNKNOWN, Optional.empty(), Optional.empty());
            return new ClusterStatus(self, Optional.empty(), 0, 0, List.of(alone));
        }
        RaftPeerId leader = division.getInfo().getLeaderId();
        Map<String, ServerRpcProto> followers = new HashMap<>();
        division.getInfo()
                .getRoleInfoProto()
                .getLeaderInfo()
                .getFollowerInfoList()
                .forEach(follower -> followers.put(follower.getId().getId().toStringUtf8(), follower));
        Map<String, Long> committed = committed(division);
        long last = division.getRaftLog().getNextIndex() - 1;
        List<ClusterStatus.Member> members = new ArrayList<>();
        for (RaftPeer peer : division.getRaftConf().getAllPeers()) {
            String id = peer.getId().toString();
            ServerRpcProto follower = followers.get(id);
            if (peer.getId().equals(leader)) {
                members.add(member(peer, ClusterStatus.Role.PRIMARY, Optional.of(0L), Optional.of(0L)));
            } else if (follower != null) {
                long match = committed.getOrDefault(id, -1L);
                boolean silent = follower.getLastRpcElapsedTimeMs() > UNREACHABLE_MILLIS;
                members.add(member(
                        peer,
                        silent ? ClusterStatus.Role.UNREACHABLE : ClusterStatus.Role.BACKUP,
                        Optional.of(Math.max(0, last - match)),
                        Optional.of(match >= last ? 0L : room.bytesBehind(match))));
            } else if (id.equals(self)) {
                members.add(member(peer, ClusterStatus.Role.BACKUP, Optional.empty(), Optional.empty()));
            } else {
                members.add(member(peer, ClusterStatus.Role.UNKNOWN, Optional.empty(), Optional.empty()));
            }
        }
        return new ClusterStatus(
                self,
                Optional.ofNullable(leader).map(RaftPeerId::toString),
                division.getInfo().getCurrentTerm(),
                last,
                members);
    }

    private static ClusterStatus.Member member(
            RaftPeer peer, ClusterStatus.Role role, Optional<Long> lagRecords, Optional<Long> lagBytes) {
        return new ClusterStatus.Member(Replica.member(peer), role, lagRecords, lagBytes);
    }

    /** Who is the primary; empty where nobody is known. */
    public Optional<RaftMember> primary() {
        try {
            RaftServer.Division division = replica.division();
            return Optional.ofNullable(division.getInfo().getLeaderId())
                    .map(id -> division.getRaftConf().getPeer(id))
                    .map(Replica::member);
        } catch (IOException noGroupYet) {
            return Optional.empty();
        }
    }

    /** As a backup: how long ago the primary was heard of, in milliseconds; empty where this is none. */
    public OptionalLong primaryHeardMillisAgo() {
        try {
            RoleInfoProto role = replica.division().getInfo().getRoleInfoProto();
            long heardAgo = role.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs();
            // 0 is also what it says while it turns from a backup to a candidate.
            return heardAgo > 0 ? OptionalLong.of(heardAgo) : OptionalLong.empty();
        } catch (IOException noGroupYet) {
            return OptionalLong.empty();
        }
    }

    /**
     * A backup as its primary sees it.
     *
     * @param silentMillis since it answered
     * @param lagRecords entries that it does not have
     */
    public record Backup(long silentMillis, long lagRecords) {}

    /** As the primary: the others, by their names; empty where this is not the primary. */
    public Map<String, Backup> backups() {
        Map<String, Backup> backups = new HashMap<>();
        try {
            RaftServer.Division division = replica.division();
            Map<String, Long> committed = committed(division);
            long last = division.getRaftLog().getNextIndex() - 1;
            for (ServerRpcProto follower :
                    division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList()) {
                String id = follower.getId().getId().toStringUtf8();
                long lag = Math.max(0, last - committed.getOrDefault(id, -1L));
                backups.put(id, new Backup(follower.getLastRpcElapsedTimeMs(), lag));
            }
        } catch (IOException noGroupYet) {
            return Map.of();
        }
        return backups;
    }

    private static Map<String, Long> committed(RaftServer.Division division) {
        Map<String, Long> committed = new HashMap<>();
        division.getCommitInfos()
                .forEach(info -> committed.put(info.getServer().getId().toStringUtf8(), info.getCommitIndex()));
        return committed;
    }

    /**
     * Takes a node in that runs and belongs to no group yet; returns when it has caught up and counts.
     *
     * @throws StorageException it cannot be reached, is a member already, or did not catch up
     */
    public void add(RaftMember member) throws StorageException {
        List<RaftPeer> peers = new ArrayList<>(current());
        if (peers.stream().anyMatch(peer -> peer.getId().toString().equals(member.id()))) {
            throw new StorageException("Node '" + member.id() + "' is a member of the cluster already.");
        }
        RaftPeer added = Replica.peers(List.of(member)).get(0);
        RaftGroup group = RaftGroup.valueOf(replica.group(), current());
        peers.add(added);
        try (RaftClient client = client(RaftGroup.valueOf(replica.group(), peers))) {
            takeIn(client, added);
            check(client.admin().setConfiguration(peers), "make node '" + member.id() + "' a member");
        } catch (IOException e) {
            throw failure(
                    "add node '" + member.id() + "' to " + group.getPeers().size() + " others", e);
        }
    }

    /**
     * It has begun with no members: only the group's own log tells it who they are, so it cannot elect anybody by itself. It does that when
     * the shard's store is open; asked before, its server would have nothing to begin with.
     */
    private void takeIn(RaftClient client, RaftPeer added) throws StorageException, IOException {
        String what = "take node '" + added.getId() + "' in";
        GroupManagementApi its = client.getGroupManagementApi(added.getId());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (its.list().getGroupIds().contains(replica.group())) {
                return;
            }
            await(what);
        }
        throw new StorageException("Cannot " + what + ": it does not have this shard after "
                + ATTEMPTS * RETRY_MILLIS / 1_000 + " s. Has it as many shards as the cluster?");
    }

    /**
     * Takes a node out; it is told, where it can be reached.
     *
     * @throws StorageException it is no member, is the primary, or the last one
     */
    public void remove(String id) throws StorageException {
        if (id.equals(settings.self().id())) {
            throw new StorageException(
                    "Node '" + id + "' is the primary: make another one the primary before it is removed.");
        }
        RaftMember removed = exclude(id);
        tellRemoved(removed);
    }

    /**
     * Takes another node out, which does not hear of it. Asked of any member; where that node is the primary, this one becomes it first.
     *
     * @return who is a member no more
     * @throws StorageException it is no member, or this node itself
     */
    public RaftMember exclude(String id) throws StorageException {
        List<RaftPeer> peers = new ArrayList<>(current());
        RaftPeer removed = peers.stream()
                .filter(peer -> peer.getId().toString().equals(id))
                .findFirst()
                .orElseThrow(() -> new StorageException("Node '" + id + "' is no member of the cluster."));
        RaftPeerId self = replica.server().getId();
        if (removed.getId().equals(self)) {
            throw new StorageException("Node '" + id + "' is to be removed by another node: ask one of those.");
        }
        String what = "remove node '" + id + "'";
        RaftGroup group = RaftGroup.valueOf(replica.group(), peers);
        if (isPrimary(id)) {
            takeRole(group, id, what);
        }
        try (RaftClient client = client(group)) {
            peers.remove(removed);
            check(client.admin().setConfiguration(peers), what);
            return Replica.member(removed);
        } catch (IOException e) {
            throw failure(what, e);
        }
    }

    private boolean isPrimary(String id) {
        return primary().map(RaftMember::id).equals(Optional.of(id));
    }

    private void takeRole(RaftGroup group, String from, String what) throws StorageException {
        try (RaftClient client = client(group)) {
            check(client.admin().transferLeadership(replica.server().getId(), TRANSFER_MILLIS), what);
        } catch (IOException | StorageException e) {
            // Whoever gave the role away opens its data folder again soon, and may say that it has no such group.
            for (int attempt = 0; isPrimary(from); attempt++) {
                if (attempt == ATTEMPTS) {
                    throw failure(what, e);
                }
                await(what);
            }
        }
    }

    private static void await(String what) throws StorageException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(what, e);
        }
    }

    /**
     * Tells a node that is a member no more: it would go on answering for the group otherwise. One that has closed the group by itself, as
     * it does when it stands for election and hears of the others that it is no member, needs not be told.
     *
     * @throws StorageException it cannot be reached
     */
    public void tellRemoved(RaftMember removed) throws StorageException {
        RaftPeer peer = Replica.peers(List.of(removed)).get(0);
        try (RaftClient client = client(RaftGroup.valueOf(replica.group(), peer))) {
            for (int attempt = 0; !isOut(client, peer) && attempt < REMOVED_ATTEMPTS; attempt++) {
                // Whoever gave the role away opens its data folder again soon, and answers for the group then.
                await("tell node '" + removed.id() + "' that it is removed");
            }
        } catch (IOException away) {
            throw new StorageException("Node '" + removed.id() + "' is no member any more, but cannot be told so ("
                    + Causes.sentence(away) + "): empty its data folder before it is started again.");
        }
    }

    /** @return whether it was told; not where it has no such group */
    private boolean isOut(RaftClient client, RaftPeer peer) throws IOException {
        try {
            client.getGroupManagementApi(peer.getId()).remove(replica.group(), false, false);
            return true;
        } catch (GroupMismatchException closed) {
            return false;
        }
    }

    /**
     * Makes another member the primary.
     *
     * @throws StorageException it is no member, or did not become the primary in time
     */
    public void transfer(String id) throws StorageException {
        transfer(id, TRANSFER_MILLIS);
    }

    /**
     * As {@link #transfer(String)}, for who has no time to lose.
     *
     * @param limitMillis for its answer, without which nothing changes, and as long for the rest, after which it stays as it is, or the others
     *     elect somebody
     */
    public void transfer(String id, long limitMillis) throws StorageException {
        if (current().stream().noneMatch(peer -> peer.getId().toString().equals(id))) {
            throw new StorageException("Node '" + id + "' is no member of the cluster.");
        }
        String what = "make node '" + id + "' the primary within " + limitMillis + " ms";
        try {
            awaitAnswer(id, limitMillis, what);
            handOver(id, limitMillis);
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw failure(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(what, e);
        }
    }

    /** While the role is being handed over nothing is accepted: so that is not begun with a node that is not there. */
    private void awaitAnswer(String id, long limitMillis, String what) throws StorageException, InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        while (!id.equals(settings.self().id())) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
            if (leftMillis <= 0) {
                throw new StorageException(
                        "Cannot " + what + ": it does not answer. The primary is the same as before.");
            }
            if (replica.isThere(id, leftMillis)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(Math.min(RETRY_MILLIS, leftMillis));
        }
    }

    private void handOver(String id, long limitMillis)
            throws StorageException, IOException, ExecutionException, InterruptedException, TimeoutException {
        TransferLeadershipRequest request = new TransferLeadershipRequest(
                replica.proposer(), replica.server().getId(), replica.group(), -2, RaftPeerId.valueOf(id), limitMillis);
        watch.givingAway(true);
        try {
            CompletableFuture<String> asked = replica.server()
                    .transferLeadershipAsync(request)
                    .thenAccept(Replica::checked)
                    .thenApply(done -> id);
            // Whoever gave the role away opens its data folder again soon, and may hear no answer then.
            Object next = CompletableFuture.anyOf(asked, succession.next())
                    .get(limitMillis + settings.timing().electionMaxMillis(), TimeUnit.MILLISECONDS);
            if (!next.equals(id)) {
                throw new StorageException(
                        "Node '" + next + "' became the primary when node '" + id + "' was to be it.");
            }
        } finally {
            watch.givingAway(false);
        }
    }

    private List<RaftPeer> current() throws StorageException {
        try {
            return List.copyOf(replica.division().getRaftConf().getAllPeers());
        } catch (IOException e) {
            throw new StorageException("This node belongs to no cluster yet.", e);
        }
    }

    private RaftClient client(RaftGroup group) {
        return RaftClient.newBuilder()
                .setProperties(RaftConfig.of(settings))
                .setRaftGroup(group)
                .setLeaderId(replica.server().getId())
                .setRetryPolicy(RetryPolicies.retryUpToMaximumCountWithFixedSleep(
                        20, TimeDuration.valueOf(RETRY_MILLIS, TimeUnit.MILLISECONDS)))
                .build();
    }

    private static void check(RaftClientReply reply, String what) throws StorageException {
        if (!reply.isSuccess()) {
            throw failure(what, reply.getException());
        }
    }

    private static StorageException failure(String what, Throwable cause) {
        String why = cause == null ? "refused" : Causes.sentence(cause);
        return new StorageException("Cannot " + what + ": " + why, cause);
    }
}
