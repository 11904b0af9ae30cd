package io.sluice.broker.record;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.NodeKind;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeleted;
import io.sluice.broker.record.ExchangeRecord.Unbound;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The part of {@link RecordCodec} that is about exchanges. The queue id is that of a binding's destination, 0 where there is none.
 *
 * <pre>
 * 26 ExchangeDeclared := name str | type u8 (0 = direct, 1 = topic, 2 = fanout, 3 = headers)
 *                        | flags u8 (1 = auto-delete, 2 = internal, 4 = alternate) | alternate: str | arguments
 * 27 ExchangeDeleted  := name str
 * 28 Bound            := source str | flags u8 (1 = to an exchange) | destination str | key str | arguments
 * 29 Unbound          := as 28
 * arguments := count u8 | count x (name str | kind u8 | 0: str, 1: i64, 2: f64, 3: false, 4: true, 5: null)
 * </pre>
 */
final class ExchangeCodec {
    static final byte EXCHANGE_DECLARED = 26;
    static final byte EXCHANGE_DELETED = 27;
    static final byte BOUND = 28;
    static final byte UNBOUND = 29;

    private static final int AUTO_DELETE = 1;
    private static final int INTERNAL = 2;
    private static final int ALTERNATE = 4;
    private static final int TO_EXCHANGE = 1;

    private static final byte TEXT = 0;
    private static final byte WHOLE = 1;
    private static final byte REAL = 2;
    private static final byte FALSE = 3;
    private static final byte TRUE = 4;
    private static final byte NULL = 5;

    private static final ExchangeDefinition.Type[] TYPES = ExchangeDefinition.Type.values();

    private ExchangeCodec() {}

    static byte type(ExchangeRecord record) {
        if (record instanceof ExchangeDeclared) {
            return EXCHANGE_DECLARED;
        }
        if (record instanceof ExchangeDeleted) {
            return EXCHANGE_DELETED;
        }
        return record instanceof Bound ? BOUND : UNBOUND;
    }

    static int size(ExchangeRecord record) {
        if (record instanceof ExchangeDeclared declared) {
            ExchangeDefinition exchange = declared.exchange();
            return EncodedSize.string(exchange.name())
                    + 1
                    + 1
                    + exchange.alternateExchange().map(EncodedSize::string).orElse(0)
                    + size(exchange.arguments());
        }
        if (record instanceof ExchangeDeleted deleted) {
            return EncodedSize.string(deleted.name());
        }
        ExchangeBinding binding = binding(record);
        return EncodedSize.string(binding.source())
                + 1
                + EncodedSize.string(binding.destination())
                + EncodedSize.string(binding.key())
                + size(binding.arguments());
    }

    private static ExchangeBinding binding(ExchangeRecord record) {
        return record instanceof Bound bound ? bound.binding() : ((Unbound) record).binding();
    }

    private static int size(Map<String, Object> arguments) {
        int bytes = 1;
        for (Map.Entry<String, Object> argument : arguments.entrySet()) {
            bytes += EncodedSize.string(argument.getKey()) + 1;
            if (argument.getValue() instanceof String text) {
                bytes += EncodedSize.string(text);
            } else if (argument.getValue() instanceof Number) {
                bytes += 8;
            }
        }
        return bytes;
    }

    static void write(ExchangeRecord record, RecordWriter write) {
        if (record instanceof ExchangeDeclared declared) {
            ExchangeDefinition exchange = declared.exchange();
            write.string(exchange.name());
            int flags = (exchange.autoDelete() ? AUTO_DELETE : 0)
                    | (exchange.internal() ? INTERNAL : 0)
                    | (exchange.alternateExchange().isPresent() ? ALTERNATE : 0);
            write.out().put((byte) exchange.type().ordinal()).put((byte) flags);
            exchange.alternateExchange().ifPresent(write::string);
            write(exchange.arguments(), write);
        } else if (record instanceof ExchangeDeleted deleted) {
            write.string(deleted.name());
        } else {
            ExchangeBinding binding = binding(record);
            write.string(binding.source());
            write.out().put((byte) (binding.kind() == NodeKind.EXCHANGE ? TO_EXCHANGE : 0));
            write.string(binding.destination());
            write.string(binding.key());
            write(binding.arguments(), write);
        }
    }

    private static void write(Map<String, Object> arguments, RecordWriter write) {
        ByteBuffer out = write.out();
        out.put((byte) arguments.size());
        arguments.forEach((name, value) -> {
            write.string(name);
            if (value instanceof String text) {
                out.put(TEXT);
                write.string(text);
            } else if (value instanceof Long whole) {
                out.put(WHOLE).putLong(whole);
            } else if (value instanceof Double real) {
                out.put(REAL).putDouble(real);
            } else if (value == null) {
                out.put(NULL);
            } else {
                out.put((Boolean) value ? TRUE : FALSE);
            }
        });
    }

    static ExchangeDeclared readDeclared(ByteBuffer in) {
        String name = RecordCodec.readString(in);
        ExchangeDefinition.Type type = TYPES[in.get()];
        byte flags = in.get();
        if ((flags & ~(AUTO_DELETE | INTERNAL | ALTERNATE)) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of an exchange");
        }
        Optional<String> alternate =
                (flags & ALTERNATE) == 0 ? Optional.empty() : Optional.of(RecordCodec.readString(in));
        return new ExchangeDeclared(new ExchangeDefinition(
                name, type, (flags & AUTO_DELETE) != 0, (flags & INTERNAL) != 0, alternate, readArguments(in)));
    }

    static ExchangeBinding readBinding(ByteBuffer in) {
        String source = RecordCodec.readString(in);
        byte flags = in.get();
        if ((flags & ~TO_EXCHANGE) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of a binding");
        }
        NodeKind kind = (flags & TO_EXCHANGE) == 0 ? NodeKind.QUEUE : NodeKind.EXCHANGE;
        String destination = RecordCodec.readString(in);
        String key = RecordCodec.readString(in);
        return new ExchangeBinding(source, kind, destination, key, readArguments(in));
    }

    private static Map<String, Object> readArguments(ByteBuffer in) {
        int count = in.get();
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String name = RecordCodec.readString(in);
            byte kind = in.get();
            arguments.put(
                    name,
                    switch (kind) {
                        case TEXT -> RecordCodec.readString(in);
                        case WHOLE -> in.getLong();
                        case REAL -> in.getDouble();
                        case FALSE -> false;
                        case TRUE -> true;
                        case NULL -> null;
                        default -> throw new IllegalArgumentException("unknown kind of argument " + kind);
                    });
        }
        return arguments;
    }
}
