package io.sluice.amqp.filter;

import io.sluice.broker.Message;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a filter may name of a message by AMQP's own names (§3.2), words joined by underscores. */
final class Fields {
    static final int MESSAGE_ID = 0;
    static final int USER_ID = 1;
    static final int TO = 2;
    static final int SUBJECT = 3;
    static final int REPLY_TO = 4;
    static final int CORRELATION_ID = 5;
    static final int CONTENT_TYPE = 6;
    static final int ABSOLUTE_EXPIRY_TIME = 8;
    static final int CREATION_TIME = 9;
    static final int GROUP_ID = 10;
    static final int GROUP_SEQUENCE = 11;
    static final int REPLY_TO_GROUP_ID = 12;

    /** Of the properties section, in order. */
    static final List<String> PROPERTIES = List.of(
            "message_id",
            "user_id",
            "to",
            "subject",
            "reply_to",
            "correlation_id",
            "content_type",
            "content_encoding",
            "absolute_expiry_time",
            "creation_time",
            "group_id",
            "group_sequence",
            "reply_to_group_id");

    /** Of the header section, but for first-acquirer, which is about the one delivery. */
    static final Map<String, Expression> HEADER = Map.of(
            "durable", view -> Value.of(view.message().durable()),
            "priority", view -> Value.of((long) view.message().priority()),
            "ttl", Fields::ttl,
            "delivery_count", view -> Value.of((long) view.deliveryCount()));

    private Fields() {}

    static Value ttl(MessageView view) {
        long ttlMillis = view.message().ttlMillis();
        return ttlMillis == Message.NONE ? Value.ABSENT : Value.of(ttlMillis);
    }

    static Expression property(int field) {
        return view -> view.property(field);
    }

    static Expression applicationProperty(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        return view -> view.applicationProperty(utf8);
    }

    static Expression annotation(String key) {
        byte[] ascii = key.getBytes(StandardCharsets.US_ASCII);
        return view -> view.annotation(key, ascii);
    }

    /** Fields of the header and of properties, which have no name in common. */
    static Map<String, Expression> headerAndProperties() {
        Map<String, Expression> fields = new HashMap<>(HEADER);
        fields.putAll(properties());
        return fields;
    }

    static Map<String, Expression> properties() {
        Map<String, Expression> fields = new HashMap<>();
        for (int i = 0; i < PROPERTIES.size(); i++) {
            fields.put(PROPERTIES.get(i), property(i));
        }
        return fields;
    }
}
