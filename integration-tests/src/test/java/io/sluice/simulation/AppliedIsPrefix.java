package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whatever a member has applied is the history up to there: its queues hold what the records up to that entry say, and nothing else. */
final class AppliedIsPrefix implements ClusterInvariant {
    private final ExpectedContent expected = new ExpectedContent();
    private final Map<Long, String> texts = new HashMap<>(Map.of(0L, ""));

    @Override
    public void committed(long index, List<List<JournalRecord>> batches, Complaints complaints) {
        batches.forEach(batch -> batch.forEach(record -> record.accept(expected)));
        texts.put(index, batches.isEmpty() ? texts.get(index - 1) : expected.text());
    }

    @Override
    public void looked(int member, long index, Content content, Complaints complaints) {
        String text = texts.get(index);
        if (!content.text().equals(text)) {
            complaints.broken(
                    "member " + member + " at entry " + index + " holds\n" + content.text() + "\nand not\n" + text);
        }
    }
}
