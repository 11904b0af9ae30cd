package io.sluice.broker;

/**
 * What a topic keeps of its messages for those who subscribe later. Part of a {@link QueueDefinition}: in that of a topic's subscriptions it
 * is what is wanted, in that of a queue it says that the queue is the one that keeps them.
 *
 * @param messages the last so many, {@link QueueDefinition#UNLIMITED} for any number; 0: none are kept
 * @param bytes of encoded messages, 1 or more, {@link QueueDefinition#UNLIMITED} for any number
 * @param ageMillis how long one is kept, 1 or more, {@link QueueDefinition#UNLIMITED} for any time
 * @param toNew how many of the last a new subscription gets that asks for nothing; 0 or more
 */
public record Replay(long messages, long bytes, long ageMillis, long toNew) {
    public static final Replay OFF = new Replay(0, QueueDefinition.UNLIMITED, QueueDefinition.UNLIMITED, 0);

    public Replay {
        if (messages < 0 || toNew < 0) {
            throw new IllegalArgumentException(
                    "replayMessages and replayToNew are 0 or more, not " + Math.min(messages, toNew));
        }
        if (bytes < 1 || ageMillis < 1) {
            throw new IllegalArgumentException(
                    "replayBytes and replayAgeMillis are 1 or more, not " + Math.min(bytes, ageMillis));
        }
        boolean limited = bytes != QueueDefinition.UNLIMITED || ageMillis != QueueDefinition.UNLIMITED;
        if (messages == QueueDefinition.UNLIMITED && !limited) {
            throw new IllegalArgumentException(
                    "one of replayMessages, replayBytes and replayAgeMillis must be a limit where replayMessages is not 0");
        }
        if (messages == 0 && (limited || toNew > 0)) {
            throw new IllegalArgumentException(
                    "replayMessages is 0, nothing is kept: replayBytes, replayAgeMillis and replayToNew say nothing");
        }
    }

    /** Whether anything is kept. */
    public boolean isOn() {
        return messages > 0;
    }
}
