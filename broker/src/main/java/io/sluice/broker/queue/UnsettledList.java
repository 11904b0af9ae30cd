package io.sluice.broker.queue;

/** The deliveries a consumer has locked, by when their locks end, then oldest first; any may leave. */
final class UnsettledList {
    private Delivery head;
    private Delivery tail;
    private int size;
    private int held;

    int size() {
        return size;
    }

    /** Deliveries that were given and are not over: beside those in here, those whose outcome is on its way to the journal. */
    int held() {
        return held;
    }

    /** A delivery is given. */
    void given() {
        held++;
    }

    /** A delivery is over. @return whether it was the last */
    boolean over() {
        held--;
        return held == 0;
    }

    /** @return null when empty */
    Delivery head() {
        return head;
    }

    /** The delivery of the message; null where it is not in here. */
    Delivery find(QueueEntry entry) {
        Delivery delivery = head;
        while (delivery != null && delivery.entry != entry) {
            delivery = delivery.next;
        }
        return delivery;
    }

    void add(Delivery delivery) {
        // Nearly always it is the last: locks are of one length, unless that was changed.
        Delivery before = tail;
        while (before != null && before.lockedUntilMillis > delivery.lockedUntilMillis) {
            before = before.previous;
        }
        Delivery behind = before == null ? head : before.next;
        delivery.previous = before;
        delivery.next = behind;
        if (before == null) {
            head = delivery;
        } else {
            before.next = delivery;
        }
        if (behind == null) {
            tail = delivery;
        } else {
            behind.previous = delivery;
        }
        size++;
    }

    void remove(Delivery delivery) {
        if (delivery.previous == null) {
            head = delivery.next;
        } else {
            delivery.previous.next = delivery.next;
        }
        if (delivery.next == null) {
            tail = delivery.previous;
        } else {
            delivery.next.previous = delivery.previous;
        }
        delivery.previous = null;
        delivery.next = null;
        size--;
    }
}
