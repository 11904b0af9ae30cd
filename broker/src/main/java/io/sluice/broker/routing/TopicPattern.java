package io.sluice.broker.routing;

/**
 * A topic as a subscription names it: words with dots between, of which {@code *} stands for one and {@code #} for any number, also
 * none. Without such a word it is the one topic of that name. Immutable.
 */
public final class TopicPattern {
    private static final String ONE = "*";
    private static final String ANY = "#";

    private final String text;
    private final String[] words;
    private final boolean exact;

    private TopicPattern(String text) {
        this.text = text;
        this.words = words(text);
        boolean wild = false;
        for (String word : words) {
            wild |= word.equals(ONE) || word.equals(ANY);
        }
        this.exact = !wild;
    }

    public static TopicPattern of(String text) {
        return new TopicPattern(text);
    }

    /** Also of empty words: {@code a..b} has three. */
    static String[] words(String topic) {
        return topic.split("\\.", -1);
    }

    /** Whether it is a single topic. */
    public boolean isExact() {
        return exact;
    }

    /** Time grows with the product of the lengths at worst, never beyond. */
    public boolean matches(String topic) {
        return exact ? text.equals(topic) : matches(words(topic));
    }

    /** @param topic its words */
    boolean matches(String[] topic) {
        int p = 0;
        int t = 0;
        int lastAny = -1;
        int resumeAt = 0;
        while (t < topic.length) {
            if (p < words.length && words[p].equals(ANY)) {
                lastAny = p++;
                resumeAt = t;
            } else if (p < words.length && (words[p].equals(ONE) || words[p].equals(topic[t]))) {
                p++;
                t++;
            } else if (lastAny >= 0) {
                // It takes one word more, and matching goes on behind it.
                p = lastAny + 1;
                t = ++resumeAt;
            } else {
                return false;
            }
        }
        while (p < words.length && words[p].equals(ANY)) {
            p++;
        }
        return p == words.length;
    }

    @Override
    public String toString() {
        return text;
    }
}
