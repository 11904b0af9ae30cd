package io.sluice.crash;

import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What clients sent, what they were told of it, and what they took. Any thread. */
final class ClientAccounts {
    /** Everything sent: what was not answered may be there or not. */
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    /** Those the broker said {@code accepted} to. */
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    /** Taken, and the settlement confirmed. */
    private final Set<String> consumed = ConcurrentHashMap.newKeySet();
    /** Taken; the settlement may have been under way when the process died. */
    private final Set<String> taken = ConcurrentHashMap.newKeySet();

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    void sent(SentMessage message) {
        sent.add(message.id());
    }

    void accepted(SentMessage message) {
        accepted.add(message.id());
    }

    boolean isAccepted(SentMessage message) {
        return accepted.contains(message.id());
    }

    int acceptedSoFar() {
        return accepted.size();
    }

    /** A message came. @return it, where it is one of ours */
    SentMessage received(Object body) {
        SentMessage message = SentMessage.of((String) body);
        if (!message.body().equals(body)) {
            violations.add("changed: " + message.id());
        }
        if (!sent.contains(message.id())) {
            violations.add("never sent: " + message.id());
        }
        if (consumed.contains(message.id())) {
            violations.add("settled and back again: " + message.id());
        }
        taken.add(message.id());
        return message;
    }

    void consumed(SentMessage message) {
        consumed.add(message.id());
    }

    /** Accepted, never seen again, and no time to live that would be a reason. */
    Set<String> lost() {
        Set<String> lost = new HashSet<>(accepted);
        lost.removeAll(taken);
        lost.removeIf(id -> SentMessage.of(id).mayExpire());
        return lost;
    }

    /** Seen at least once, of those that do not expire. */
    Set<String> seen() {
        Set<String> seen = new TreeSet<>(taken);
        seen.removeIf(id -> SentMessage.of(id).mayExpire());
        return seen;
    }

    Queue<String> violations() {
        return violations;
    }

    @Override
    public String toString() {
        return "sent " + sent.size() + ", accepted " + accepted.size() + ", consumed for sure " + consumed.size();
    }
}
