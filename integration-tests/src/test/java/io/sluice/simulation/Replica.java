package io.sluice.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One member's part in keeping the log, from one opening to the next: who is the primary, what is committed. A small consensus in the way of
 * Raft; what it stands in for is not under test, so it is kept as simple as it can be while it is right.
 *
 * <p>Who heard from a primary within {@code ELECTION_MICROS} gives nobody a vote, and so does who just started: that is what the lease of a
 * primary stands on. It counts from when a request was sent that a majority answered.
 */
final class Replica {
    static final long ELECTION_MICROS = 500_000;
    private static final long LEASE_MICROS = ELECTION_MICROS / 10 * 9;
    private static final long HEARTBEAT_MICROS = 100_000;
    private static final long RESEND_MICROS = 300_000;
    /** A primary that gives its role away serves no more until it is known that it came to nothing. */
    private static final long TRANSFER_MICROS = 3_000_000;

    private static final int MOST_ENTRIES = 20;

    private final Life life;
    private final MemberLog log;
    private final World world;
    private final long startedMicros;
    private final Map<Integer, Follower> followers = new HashMap<>();
    private final TreeSet<Integer> votes = new TreeSet<>();
    private Role role = Role.BACKUP;
    private long heardMicros;
    private long electionAtMicros;
    private long committed;
    private long readyIndex;
    private long servesNotBeforeMicros;

    private enum Role {
        BACKUP,
        CANDIDATE,
        PRIMARY
    }

    /** What a primary knows of another member. */
    private static final class Follower {
        private long next;
        private long match;
        private long answeredRequestOfMicros = Long.MIN_VALUE / 2;
        /** Of the request under way; long ago where there is none. */
        private long askedMicros = Long.MIN_VALUE / 2;
    }

    /** @param checkpoint index of the store's: what it holds is committed */
    Replica(Life life, MemberLog log, World world, long checkpoint) {
        this.life = life;
        this.log = log;
        this.world = world;
        this.startedMicros = world.nowMicros();
        this.heardMicros = startedMicros;
        this.committed = Math.max(log.purged(), checkpoint);
        waitForElection();
        life.after(world.between(1_000, 20_000), this::tick);
    }

    boolean isPrimary() {
        return role == Role.PRIMARY;
    }

    long committed() {
        return committed;
    }

    /** What may be applied: committed, and on this disk. */
    long applicable() {
        return life.mutated(Mutation.APPLIES_WHAT_IS_NOT_COMMITTED) ? log.forced() : Math.min(committed, log.forced());
    }

    /** The primary's first entry; once it is applied, so is all that earlier primaries committed. 0 where this is a backup. */
    long readyIndex() {
        return isPrimary() ? readyIndex : 0;
    }

    boolean holdsLease() {
        if (!isPrimary()) {
            return false;
        }
        if (life.mutated(Mutation.SERVES_WITHOUT_LEASE)) {
            return true;
        }
        return world.nowMicros() >= servesNotBeforeMicros && world.nowMicros() < majorityHeard() + LEASE_MICROS;
    }

    /** When a request was sent that a majority, this member among it, answered. */
    private long majorityHeard() {
        List<Long> sent = new ArrayList<>();
        for (int member : log.members()) {
            sent.add(member == life.id() ? Long.MAX_VALUE / 2 : follower(member).answeredRequestOfMicros);
        }
        sent.sort(null);
        return sent.get(sent.size() - majority());
    }

    private int majority() {
        return life.mutated(Mutation.COMMITS_WITHOUT_MAJORITY) && isPrimary()
                ? 1
                : log.members().size() / 2 + 1;
    }

    private Follower follower(int member) {
        return followers.computeIfAbsent(member, id -> {
            Follower follower = new Follower();
            follower.next = log.last() + 1;
            return follower;
        });
    }

    private void waitForElection() {
        electionAtMicros = world.nowMicros() + world.between(ELECTION_MICROS, 2 * ELECTION_MICROS);
    }

    private void tick() {
        if (isPrimary()) {
            log.members().forEach(this::send);
            if (world.nowMicros() > majorityHeard() + 2 * ELECTION_MICROS
                    && log.members().size() > 1
                    && !life.mutated(Mutation.SERVES_WITHOUT_LEASE)) {
                stepDown();
                return;
            }
        } else if (world.nowMicros() >= electionAtMicros && log.members().contains(life.id())) {
            ask(false);
        }
        life.after(HEARTBEAT_MICROS / 2 + world.between(0, HEARTBEAT_MICROS / 2), this::tick);
    }

    // ---- elections

    /** @param handedOver the primary wants this member to take its place */
    private void ask(boolean handedOver) {
        role = Role.CANDIDATE;
        log.vote(log.term() + 1, life.id());
        votes.clear();
        votes.add(life.id());
        waitForElection();
        Vote vote = new Vote(log.term(), life.id(), log.lastTerm(), log.last(), handedOver);
        for (int member : log.members()) {
            if (member != life.id()) {
                life.send(member, other -> other.asked(vote));
            }
        }
        counted();
    }

    private record Vote(long term, int candidate, long lastTerm, long lastIndex, boolean handedOver) {}

    private boolean mayBeLed() {
        return isPrimary() ? holdsLease() : world.nowMicros() < Math.max(heardMicros, startedMicros) + ELECTION_MICROS;
    }

    private void asked(Vote vote) {
        if (!log.members().contains(vote.candidate) || !vote.handedOver && mayBeLed()) {
            return;
        }
        if (vote.term > log.term() && !newTerm(vote.term)) {
            return;
        }
        boolean isNewer =
                vote.lastTerm > log.lastTerm() || vote.lastTerm == log.lastTerm() && vote.lastIndex >= log.last();
        boolean isFree = log.vote() == MemberLog.NOBODY || log.vote() == vote.candidate;
        if (vote.term == log.term() && isFree && isNewer) {
            log.vote(vote.term, vote.candidate);
            waitForElection();
            life.send(vote.candidate, candidate -> candidate.granted(vote.term, life.id()));
        }
    }

    private void granted(long term, int member) {
        if (role == Role.CANDIDATE && term == log.term()) {
            votes.add(member);
            counted();
        }
    }

    private void counted() {
        if (votes.size() < majority() || !log.members().contains(life.id())) {
            return;
        }
        role = Role.PRIMARY;
        followers.clear();
        servesNotBeforeMicros = 0;
        log.members().forEach(this::follower);
        readyIndex = append(List.of(), null);
    }

    /** @return false where this life ends by it */
    private boolean newTerm(long term) {
        boolean was = isPrimary();
        log.vote(term, MemberLog.NOBODY);
        role = Role.BACKUP;
        if (was) {
            life.roleLost();
        }
        return !was;
    }

    private void stepDown() {
        role = Role.BACKUP;
        life.roleLost();
    }

    /** Makes another member the primary, where it has all there is. */
    void handOver(int member) {
        if (isPrimary() && member != life.id() && follower(member).match == log.last()) {
            servesNotBeforeMicros = world.nowMicros() + TRANSFER_MICROS;
            long term = log.term();
            life.send(member, other -> {
                if (other.log.term() == term && !other.isPrimary()) {
                    other.ask(true);
                }
            });
        }
    }

    // ---- the log

    /** @return the index of the new entry */
    long append(List<byte[]> batches, SortedSet<Integer> members) {
        long index = log.last() + 1;
        log.add(new LogEntry(log.term(), index, batches, life.number(), members));
        life.force(() -> {
            if (isPrimary()) {
                log.forced(index);
                commit();
                // What others had committed before it was on this disk.
                life.committed();
            }
        });
        log.members().forEach(this::send);
        return index;
    }

    /** One at a time, and none before this primary has committed an entry of its own. */
    boolean mayChangeMembers() {
        return isPrimary() && committed >= readyIndex && committed >= log.membersSince();
    }

    private void commit() {
        List<Long> have = new ArrayList<>();
        for (int member : log.members()) {
            have.add(member == life.id() ? log.forced() : follower(member).match);
        }
        have.sort(null);
        long majorityHas = have.get(have.size() - majority());
        if (majorityHas > committed && log.termOf(majorityHas) == log.term()) {
            committed = majorityHas;
            life.committed();
        }
    }

    private void send(int member) {
        Follower follower = follower(member);
        if (member == life.id() || world.nowMicros() < follower.askedMicros + RESEND_MICROS) {
            return;
        }
        long sent = world.nowMicros();
        follower.askedMicros = sent;
        long term = log.term();
        boolean isTooFarBehind = follower.next <= log.purged();
        if (isTooFarBehind && sent < follower.answeredRequestOfMicros + 2 * RESEND_MICROS) {
            Optional<Snapshot> snapshot = life.snapshot();
            if (snapshot.isPresent()) {
                life.send(member, other -> other.install(term, life.id(), sent, snapshot.get()));
                return;
            }
        }
        // Nobody writes a snapshot for one who may not be there: it is asked where it stands.
        long before = isTooFarBehind ? log.last() : follower.next - 1;
        Entries entries = new Entries(
                term, life.id(), sent, before, log.termOf(before), log.from(before + 1, MOST_ENTRIES), committed);
        life.send(member, other -> other.received(entries));
    }

    private record Entries(
            long term, int primary, long sent, long before, long termBefore, List<LogEntry> entries, long committed) {}

    /** Whether it is from who is the primary as far as this member knows. */
    private boolean follows(long term, int from, long sent) {
        if (term < log.term()) {
            long newer = log.term();
            life.send(from, other -> other.answered(newer, life.id(), sent, 0, false));
            return false;
        }
        if (term > log.term() && !newTerm(term)) {
            return false;
        }
        role = Role.BACKUP;
        heardMicros = world.nowMicros();
        waitForElection();
        return true;
    }

    private void received(Entries request) {
        if (!follows(request.term, request.primary, request.sent)) {
            return;
        }
        if (request.before > log.last()
                || request.before >= log.purged() && log.termOf(request.before) != request.termBefore) {
            long last = Math.min(log.last(), request.before - 1);
            life.send(request.primary, other -> other.answered(request.term, life.id(), request.sent, last, false));
            return;
        }
        for (LogEntry entry : request.entries) {
            if (entry.index() > log.purged() && log.termOf(entry.index()) != entry.term()) {
                if (entry.index() <= log.last()) {
                    life.cuts(entry.index());
                    log.cutBehind(entry.index() - 1);
                }
                log.add(entry);
            }
        }
        long last = request.before + request.entries.size();
        Runnable answer = () -> {
            if (log.term() == request.term) {
                log.forced(last);
                committed = Math.max(committed, Math.min(request.committed, last));
                life.committed();
                life.send(request.primary, other -> other.answered(request.term, life.id(), request.sent, last, true));
            }
        };
        if (last <= log.forced()) {
            answer.run();
        } else {
            life.force(answer);
        }
    }

    private void install(long term, int from, long sent, Snapshot snapshot) {
        if (!follows(term, from, sent)) {
            return;
        }
        if (snapshot.position().index() > committed) {
            life.install(snapshot);
        } else {
            long last = committed;
            life.send(from, other -> other.answered(term, life.id(), sent, last, false));
        }
    }

    private void answered(long term, int member, long sent, long last, boolean appended) {
        if (term > log.term()) {
            if (newTerm(term)) {
                waitForElection();
            }
            return;
        }
        if (!isPrimary() || term != log.term()) {
            return;
        }
        Follower follower = follower(member);
        follower.answeredRequestOfMicros = Math.max(follower.answeredRequestOfMicros, sent);
        if (follower.askedMicros == sent) {
            follower.askedMicros = Long.MIN_VALUE / 2;
        }
        if (appended) {
            follower.match = Math.max(follower.match, last);
            follower.next = Math.max(follower.match + 1, last + 1);
            commit();
        } else {
            follower.next = Math.max(follower.match, last) + 1;
        }
        if (isPrimary() && follower.next <= log.last()) {
            send(member);
        }
    }
}
