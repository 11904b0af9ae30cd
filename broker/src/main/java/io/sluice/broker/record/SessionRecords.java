package io.sluice.broker.record;

import io.sluice.broker.SessionState;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The binary form of what consumers keep with a session.
 *
 * <pre>
 * session state := session str | 0 u8 (none) | 1 u8 + changedAtMillis i64 + length i32 + bytes
 * </pre>
 */
final class SessionRecords {
    static final byte STATE_SET = 32;

    private SessionRecords() {}

    static int size(SessionStateSet set) {
        return 4
                + utf8(set.session()).length
                + 1
                + set.state().map(state -> 8 + 4 + state.bytes().length).orElse(0);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void write(SessionStateSet set, ByteBuffer out) {
        byte[] session = utf8(set.session());
        out.putInt(session.length).put(session).put((byte) (set.state().isPresent() ? 1 : 0));
        set.state()
                .ifPresent(state -> out.putLong(state.changedAtMillis())
                        .putInt(state.bytes().length)
                        .put(state.bytes()));
    }

    static SessionStateSet read(long queueId, ByteBuffer in) {
        String session = RecordCodec.readString(in);
        if (in.get() == 0) {
            return new SessionStateSet(queueId, session, Optional.empty());
        }
        long changedAtMillis = in.getLong();
        return new SessionStateSet(
                queueId, session, Optional.of(new SessionState(RecordCodec.readBytes(in), changedAtMillis)));
    }
}
