package io.sluice.broker.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.NodeKind;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeleted;
import io.sluice.broker.record.ExchangeRecord.Unbound;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExchangeCodecTest {
    private static byte[] written(JournalRecord record) {
        ByteBuffer out = ByteBuffer.allocate(RecordCodec.size(record));
        RecordCodec.write(record, out);
        assertEquals(0, out.remaining(), "size() is what write() takes");
        return out.array();
    }

    private static Map<String, Object> arguments() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("t", "é");
        arguments.put("w", 7);
        arguments.put("r", 0.5f);
        arguments.put("no", false);
        arguments.put("yes", true);
        arguments.put("null", null);
        return arguments;
    }

    @Test
    void everyRecordComesBackAsItWas() {
        ExchangeBinding toQueue = ExchangeBinding.toQueue("e", "q", "a.*").withArguments(arguments());
        for (Type type : Type.values()) {
            ExchangeDefinition plain = ExchangeDefinition.named("änna", type);
            for (JournalRecord record : List.of(
                    new ExchangeDeclared(plain),
                    new ExchangeDeclared(plain.withAutoDelete(true)),
                    new ExchangeDeclared(plain.withInternal(true).withAlternate("漢")),
                    new ExchangeDeclared(plain.withArguments(arguments())),
                    new ExchangeDeleted("änna"),
                    new Bound(7, toQueue),
                    new Unbound(7, toQueue),
                    new Bound(0, ExchangeBinding.toExchange("e", "f", "")))) {
                assertEquals(record, RecordCodec.read(ByteBuffer.wrap(written(record))));
            }
        }
    }

    /** The format is a promise to data on disks: a change here needs a new record type. */
    @Test
    void theBytesAreTheseAndNoOthers() {
        ExchangeDefinition exchange =
                new ExchangeDefinition("e", Type.TOPIC, true, true, Optional.of("f"), Map.of("a", 1));
        assertGolden(
                "1a0000000000000000" + "0000000165" + "01" + "07" + "0000000166" + "01" + "0000000161" + "01"
                        + "0000000000000001",
                new ExchangeDeclared(exchange));
        assertGolden("1b0000000000000000" + "0000000165", new ExchangeDeleted("e"));
        ExchangeBinding binding = new ExchangeBinding("e", NodeKind.QUEUE, "q", "k", arguments());
        String arguments = "06" + "000000026e6f" + "03" + "000000046e756c6c" + "05" + "0000000172" + "02"
                + "3fe0000000000000" + "0000000174" + "00" + "00000002c3a9" + "0000000177" + "01" + "0000000000000007"
                + "00000003796573" + "04";
        assertGolden(
                "1c0000000000000007" + "0000000165" + "00" + "0000000171" + "000000016b" + arguments,
                new Bound(7, binding));
        assertGolden(
                "1d0000000000000000" + "0000000165" + "01" + "0000000166" + "00000000" + "00",
                new Unbound(0, ExchangeBinding.toExchange("e", "f", "")));
    }

    private static void assertGolden(String hex, JournalRecord record) {
        assertEquals(hex, HexFormat.of().formatHex(written(record)));
    }

    @Test
    void aRecordThatIsCutShortOrOfAnotherFormIsRefused() {
        byte[] bytes =
                written(new Bound(7, ExchangeBinding.toQueue("e", "q", "k").withArguments(arguments())));
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            assertThrows(IllegalArgumentException.class, () -> RecordCodec.read(cut));
        }
        byte[] declared = written(new ExchangeDeclared(ExchangeDefinition.named("e", Type.DIRECT)));
        declared[declared.length - 2] = 8;
        assertEquals(
                "unknown flags 8 of an exchange",
                assertThrows(IllegalArgumentException.class, () -> RecordCodec.read(ByteBuffer.wrap(declared)))
                        .getMessage());
    }
}
