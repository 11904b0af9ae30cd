package io.sluice.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicPatternTest {
    @ParameterizedTest
    @CsvSource({
        "prices, prices, true",
        "prices, prices.eu, false",
        "prices.*, prices.eu, true",
        "prices.*, prices, false",
        "prices.*, prices.eu.fr, false",
        "prices.#, prices, true",
        "prices.#, prices.eu.fr, true",
        "prices.#, pricesx, false",
        "#, anything.at.all, true",
        "#.fr, prices.eu.fr, true",
        "#.fr, fr, true",
        "*.eu.*, prices.eu.fr, true",
        "*.eu.*, prices.us.fr, false",
        "a.#.b.#.c, a.b.c, true",
        "a.#.b.#.c, a.x.b.y.b.c, true",
        "a.#.b.#.c, a.c.b, false",
        "a*, ab, false",
        "a*, a*, true",
        "a..b, a..b, true",
        "a.*.b, a..b, true",
    })
    void wordsMatchWords(String pattern, String topic, boolean matches) {
        assertEquals(matches, TopicPattern.of(pattern).matches(topic));
    }

    private static boolean naive(List<String> pattern, List<String> topic) {
        if (pattern.isEmpty()) {
            return topic.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals("#")) {
            for (int taken = 0; taken <= topic.size(); taken++) {
                if (naive(rest, topic.subList(taken, topic.size()))) {
                    return true;
                }
            }
            return false;
        }
        return !topic.isEmpty()
                && (pattern.get(0).equals("*") || pattern.get(0).equals(topic.get(0)))
                && naive(rest, topic.subList(1, topic.size()));
    }

    @Property(tries = 3000)
    void asTheDefinitionSays(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> pattern = words(random, List.of("a", "b", "*", "#"));
        List<String> topic = words(random, List.of("a", "b", "c"));

        assertEquals(
                naive(pattern, topic),
                TopicPattern.of(String.join(".", pattern)).matches(String.join(".", topic)),
                () -> pattern + " and " + topic);
    }

    private static List<String> words(Random random, List<String> from) {
        return random.ints(1 + random.nextInt(6), 0, from.size())
                .mapToObj(from::get)
                .collect(Collectors.toList());
    }

    @Test
    void noPatternTakesLong() {
        String pattern = "#.a.".repeat(60) + "z";
        String topic = "a.".repeat(120) + "b";
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertEquals(false, TopicPattern.of(pattern).matches(topic)));
        assertTrue(TopicPattern.of("a.b").isExact());
    }
}
