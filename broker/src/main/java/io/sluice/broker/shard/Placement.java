package io.sluice.broker.shard;

import io.sluice.broker.QueueDefinition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.CRC32;

/**
 * Which shard owns an address, whether there is a queue or not. It is the same in every process and version: what is on a disk was put
 * there by it.
 *
 * <p>What counts of an address is what stands before the first {@code ::}, so a topic and the queues of its subscriptions are in one
 * shard; of that, the first {@value #MAX_KEY_LENGTH} characters. An end of {@code @} and the number of a shard names the shard; else the
 * first rule that matches does; else it is CRC-32 (ISO 3309, as in gzip) of the UTF-8 text, modulo the number of shards. Immutable,
 * any thread.
 */
public final class Placement {
    /** Most shards of a broker. */
    public static final int MAX_SHARDS = 64;

    /** All in one shard. */
    public static final Placement ONE = new Placement(1, List.of());

    /** The name of a subscription's queue may be cut, and keeps more than this of its topic. */
    private static final int MAX_KEY_LENGTH = 200;

    private static final String SUBSCRIPTION_MARK = "::";
    private static final char NUMBER_MARK = '@';

    private final int shards;
    private final List<Rule> rules;

    /** Names that go to one shard. @param shard from 0 */
    public record Rule(Predicate<String> names, int shard) {}

    /** @param rules the first that matches counts */
    public Placement(int shards, List<Rule> rules) {
        if (shards < 1 || shards > MAX_SHARDS) {
            throw new IllegalArgumentException("a broker has 1 to " + MAX_SHARDS + " shards, not " + shards);
        }
        for (Rule rule : rules) {
            if (rule.shard < 0 || rule.shard >= shards) {
                throw new IllegalArgumentException("there is no shard " + rule.shard + " of " + shards);
            }
        }
        this.shards = shards;
        this.rules = List.copyOf(rules);
    }

    public int shards() {
        return shards;
    }

    /** The number of the shard, from 0. */
    public int shardOf(String address) {
        if (shards == 1) {
            return 0;
        }
        String key = key(address);
        int named = numberIn(key);
        if (named >= 0) {
            return named;
        }
        for (Rule rule : rules) {
            if (rule.names.test(key)) {
                return rule.shard;
            }
        }
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % shards);
    }

    /** The name that a queue of another shard has in this one, for what must not leave it; a queue of this shard keeps its name. */
    public String nameIn(int shard, String queue) {
        if (shardOf(queue) == shard) {
            return queue;
        }
        String end = NUMBER_MARK + Integer.toString(shard);
        String plain = plain(queue).replaceAll(":{2,}", ":");
        return plain.substring(0, Math.min(plain.length(), MAX_KEY_LENGTH - end.length())) + end;
    }

    /** The name without the number of a shard, by which rules about queues know it. */
    public String plain(String name) {
        return shards > 1 && QueueDefinition.isName(name) && key(name).length() == name.length() && numberIn(name) >= 0
                ? name.substring(0, name.lastIndexOf(NUMBER_MARK))
                : name;
    }

    private static String key(String address) {
        int mark = address.indexOf(SUBSCRIPTION_MARK);
        int end = mark > 0 ? mark : address.length();
        return address.substring(0, Math.min(end, MAX_KEY_LENGTH));
    }

    /** The shard that the end of the key names, -1 where it names none. */
    private int numberIn(String key) {
        int mark = key.lastIndexOf(NUMBER_MARK);
        String digits = key.substring(mark + 1);
        boolean isNumber = mark > 0 && digits.matches("0|[1-9][0-9]?") && Integer.parseInt(digits) < shards;
        return isNumber ? Integer.parseInt(digits) : -1;
    }
}
