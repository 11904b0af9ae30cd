package io.sluice.simulation;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What an administrator was told to be defined is so on every member, unless something else was asked for later; then it is one of the two. */
final class DefinitionsAreKept implements ClusterInvariant {
    private final TreeMap<String, Set<String>> possible = new TreeMap<>();

    /** @param value "" where it is not to be there */
    void asked(String what, String value) {
        possible.computeIfAbsent(what, key -> new HashSet<>(Set.of(""))).add(value);
    }

    void confirmed(String what, String value) {
        possible.put(what, new HashSet<>(Set.of(value)));
    }

    @Override
    public void ended(Map<Integer, Content> members, Complaints complaints) {
        members.forEach((member, content) -> possible.forEach((what, values) -> {
            String is = content.defined().value(what);
            if (!values.contains(is)) {
                complaints.broken(what + " is '" + is + "' on member " + member + ", and not one of " + values);
            }
        }));
    }
}
