package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whatever a member has applied is the history up to there: its queues hold what the records up to that entry say, and nothing else. */
final class AppliedIsPrefix implements ClusterInvariant {
    private final ExpectedContent expected = new ExpectedContent();
    private final Map<Long, State> states = new HashMap<>(Map.of(0L, new State("", "{}", "{}")));

    private record State(String queues, String definitions, String exchanges) {}

    @Override
    public void committed(long index, List<List<JournalRecord>> batches, Complaints complaints) {
        batches.forEach(batch -> batch.forEach(record -> record.accept(expected)));
        states.put(
                index,
                batches.isEmpty()
                        ? states.get(index - 1)
                        : new State(
                                expected.text(),
                                expected.defined().definitions(),
                                expected.defined().exchanges()));
    }

    @Override
    public void looked(int member, long index, Content content, Complaints complaints) {
        State state = states.get(index);
        String who = "member " + member + " at entry " + index;
        Defined defined = content.defined();
        same(who, state.definitions, defined.definitions(), complaints);
        if (content.decides()) {
            same(who, Content.lasting(state.queues), Content.lasting(content.text()), complaints);
        } else {
            same(who, state.queues, content.text(), complaints);
            same(who, state.exchanges, defined.exchanges(), complaints);
        }
    }

    private static void same(String who, String expected, String is, Complaints complaints) {
        if (!is.equals(expected)) {
            complaints.broken(who + " holds\n" + is + "\nand not\n" + expected);
        }
    }
}
