package io.sluice.broker.record;

import io.sluice.broker.Divert;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.DivertDeleted;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of {@link RecordCodec} that is about definitions. The queue id of these records is 0.
 *
 * <pre>
 * 22 UserDefined := name str | flags u8 (1 = password, 2 = loopback only, 4 = permissions) | password: str
 *                   | permissions: count u8 | count x (action u8 (0 = send, 1 = receive, 2 = browse, 3 = create, 4 = manage)
 *                   | count i32 | count x pattern str)
 * 23 UserDeleted := name str
 * 24 PolicyDefined := name str | order i32 | pattern str | kind u8 (0 = queues, 1 = topics) | flags u8 (1 = creates on use)
 *                   | a record of type 1 or 10 with the queue, its id and next sequence 0
 * 25 PolicyDeleted := name str
 * 30 DivertDefined := name str | flags u8 (1 = of a topic, 2 = to a topic, 4 = exclusive) | pattern str | to str
 *                   | selection str | length i32 | encoded selection
 * 31 DivertDeleted := name str
 * </pre>
 */
final class DefinitionCodec {
    static final byte USER_DEFINED = 22;
    static final byte USER_DELETED = 23;
    static final byte POLICY_DEFINED = 24;
    static final byte POLICY_DELETED = 25;
    static final byte DIVERT_DEFINED = 30;
    static final byte DIVERT_DELETED = 31;

    private static final int AUTO_CREATE = 1;

    private static final int OF_TOPIC = 1;
    private static final int TO_TOPIC = 2;
    private static final int EXCLUSIVE = 4;

    private static final int PASSWORD = 1;
    private static final int LOOPBACK_ONLY = 2;
    private static final int PERMISSIONS = 4;

    private static final Policy.Kind[] KINDS = Policy.Kind.values();
    private static final Permissions.Action[] ACTIONS = Permissions.Action.values();

    private DefinitionCodec() {}

    static int size(DefinitionRecord record) {
        if (record instanceof UserDefined defined) {
            User user = defined.user();
            return EncodedSize.string(user.name())
                    + 1
                    + user.password()
                            .map(password -> EncodedSize.string(password.encoded()))
                            .orElse(0)
                    + user.permissions().map(DefinitionCodec::size).orElse(0);
        }
        if (record instanceof PolicyDefined defined) {
            Policy policy = defined.policy();
            return EncodedSize.string(policy.name())
                    + 4
                    + EncodedSize.string(policy.pattern().text())
                    + 1
                    + 1
                    + RecordCodec.size(template(policy));
        }
        if (record instanceof DivertDefined defined) {
            Divert divert = defined.divert();
            return EncodedSize.string(divert.name())
                    + 1
                    + EncodedSize.string(divert.pattern().text())
                    + EncodedSize.string(divert.to())
                    + EncodedSize.string(divert.selection().text())
                    + 4
                    + divert.selection().encoded().length;
        }
        return EncodedSize.string(deletedName(record));
    }

    private static QueueDeclared template(Policy policy) {
        return new QueueDeclared(0, policy.queue(), 0);
    }

    private static String deletedName(DefinitionRecord record) {
        if (record instanceof UserDeleted user) {
            return user.name();
        }
        return record instanceof DivertDeleted divert ? divert.name() : ((PolicyDeleted) record).name();
    }

    private static int size(Permissions permissions) {
        int bytes = 1;
        for (List<NamePattern> patterns : permissions.patterns().values()) {
            bytes += 1 + 4;
            for (NamePattern pattern : patterns) {
                bytes += EncodedSize.string(pattern.text());
            }
        }
        return bytes;
    }

    static byte type(DefinitionRecord record) {
        if (record instanceof UserDefined) {
            return USER_DEFINED;
        }
        if (record instanceof UserDeleted) {
            return USER_DELETED;
        }
        if (record instanceof DivertDefined) {
            return DIVERT_DEFINED;
        }
        if (record instanceof DivertDeleted) {
            return DIVERT_DELETED;
        }
        return record instanceof PolicyDefined ? POLICY_DEFINED : POLICY_DELETED;
    }

    static void write(DefinitionRecord record, RecordWriter write) {
        if (record instanceof UserDefined defined) {
            write(defined.user(), write);
        } else if (record instanceof PolicyDefined defined) {
            write(defined.policy(), write);
        } else if (record instanceof DivertDefined defined) {
            write(defined.divert(), write);
        } else {
            write.string(deletedName(record));
        }
    }

    private static void write(Policy policy, RecordWriter write) {
        write.string(policy.name());
        write.out().putInt(policy.order());
        write.string(policy.pattern().text());
        write.out().put((byte) policy.kind().ordinal()).put((byte) (policy.autoCreate() ? AUTO_CREATE : 0));
        write.queueDeclared(template(policy));
    }

    static PolicyDefined readPolicy(ByteBuffer in) {
        String name = RecordCodec.readString(in);
        int order = in.getInt();
        NamePattern pattern = new NamePattern(RecordCodec.readString(in));
        Policy.Kind kind = KINDS[in.get()];
        byte flags = in.get();
        if ((flags & ~AUTO_CREATE) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of a policy");
        }
        if (!(RecordCodec.read(in) instanceof QueueDeclared template)) {
            throw new IllegalArgumentException("a policy without a queue");
        }
        return new PolicyDefined(
                new Policy(name, order, pattern, kind, (flags & AUTO_CREATE) != 0, template.definition()));
    }

    private static void write(Divert divert, RecordWriter write) {
        write.string(divert.name());
        int flags = (divert.kind() == NodeKind.TOPIC ? OF_TOPIC : 0)
                | (divert.toKind() == NodeKind.TOPIC ? TO_TOPIC : 0)
                | (divert.exclusive() ? EXCLUSIVE : 0);
        write.out().put((byte) flags);
        write.string(divert.pattern().text());
        write.string(divert.to());
        write.string(divert.selection().text());
        write.bytes(divert.selection().encoded());
    }

    static DivertDefined readDivert(ByteBuffer in) {
        String name = RecordCodec.readString(in);
        byte flags = in.get();
        if ((flags & ~(OF_TOPIC | TO_TOPIC | EXCLUSIVE)) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of a divert");
        }
        NamePattern pattern = new NamePattern(RecordCodec.readString(in));
        String to = RecordCodec.readString(in);
        Selection selection = new Selection(RecordCodec.readString(in), RecordCodec.readBytes(in));
        return new DivertDefined(new Divert(
                name,
                (flags & OF_TOPIC) == 0 ? NodeKind.QUEUE : NodeKind.TOPIC,
                pattern,
                selection,
                (flags & TO_TOPIC) == 0 ? NodeKind.QUEUE : NodeKind.TOPIC,
                to,
                (flags & EXCLUSIVE) != 0));
    }

    private static void write(User user, RecordWriter write) {
        write.string(user.name());
        int flags = (user.password().isPresent() ? PASSWORD : 0)
                | (user.loopbackOnly() ? LOOPBACK_ONLY : 0)
                | (user.permissions().isPresent() ? PERMISSIONS : 0);
        write.out().put((byte) flags);
        user.password().ifPresent(password -> write.string(password.encoded()));
        user.permissions().ifPresent(permissions -> write(permissions, write));
    }

    private static void write(Permissions permissions, RecordWriter write) {
        write.out().put((byte) permissions.patterns().size());
        permissions.patterns().forEach((action, patterns) -> {
            write.out().put((byte) action.ordinal()).putInt(patterns.size());
            patterns.forEach(pattern -> write.string(pattern.text()));
        });
    }

    static UserDefined readUser(ByteBuffer in) {
        String name = RecordCodec.readString(in);
        byte flags = in.get();
        if ((flags & ~(PASSWORD | LOOPBACK_ONLY | PERMISSIONS)) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of a user");
        }
        Optional<StoredPassword> password = (flags & PASSWORD) == 0
                ? Optional.empty()
                : Optional.of(StoredPassword.parse(RecordCodec.readString(in)));
        Optional<Permissions> permissions =
                (flags & PERMISSIONS) == 0 ? Optional.empty() : Optional.of(readPermissions(in));
        return new UserDefined(new User(name, password, (flags & LOOPBACK_ONLY) != 0, permissions));
    }

    private static Permissions readPermissions(ByteBuffer in) {
        int actions = in.get();
        Map<Permissions.Action, List<NamePattern>> patterns = new EnumMap<>(Permissions.Action.class);
        for (int i = 0; i < actions; i++) {
            Permissions.Action action = ACTIONS[in.get()];
            int count = in.getInt();
            if (count < 0 || count > in.remaining() / 4) {
                throw new IllegalArgumentException(count + " patterns in " + in.remaining() + " bytes");
            }
            List<NamePattern> some = new ArrayList<>(count);
            for (int j = 0; j < count; j++) {
                some.add(new NamePattern(RecordCodec.readString(in)));
            }
            patterns.put(action, some);
        }
        return new Permissions(patterns);
    }
}
