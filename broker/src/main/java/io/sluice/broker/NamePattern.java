package io.sluice.broker;

/**
 * A pattern of addresses: {@code *} stands for any run of characters, also none; every other character for itself. A name that
 * starts with {@code $} belongs to the broker and is matched only by a pattern that starts with {@code $}.
 */
public record NamePattern(String text) {
    /** Whether the whole name matches. Time grows with the product of the lengths at worst, never beyond. */
    public boolean matches(String name) {
        if (name.startsWith("$") && !text.startsWith("$")) {
            return false;
        }
        int p = 0;
        int n = 0;
        int lastStar = -1;
        int resumeAt = 0;
        while (n < name.length()) {
            if (p < text.length() && text.charAt(p) == '*') {
                lastStar = p++;
                resumeAt = n;
            } else if (p < text.length() && text.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (lastStar >= 0) {
                // The star takes one character more, and matching goes on behind it.
                p = lastStar + 1;
                n = ++resumeAt;
            } else {
                return false;
            }
        }
        while (p < text.length() && text.charAt(p) == '*') {
            p++;
        }
        return p == text.length();
    }

    @Override
    public String toString() {
        return text;
    }
}
