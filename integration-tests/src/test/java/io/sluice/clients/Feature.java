package io.sluice.clients;

import java.util.Locale;

/**
 * What an application asks of a broker through its client: the rows of docs/clients.md. Each client has a check for each row, or a
 * reason why it cannot; a row without either fails its test.
 */
public enum Feature {
    ANONYMOUS(Chapter.CONNECTIONS, "no user: SASL ANONYMOUS, or no SASL at all"),
    PLAIN(Chapter.CONNECTIONS, "user and password by SASL PLAIN"),
    SCRAM(Chapter.CONNECTIONS, "user and password by SASL SCRAM-SHA-256 and SCRAM-SHA-512"),
    WRONG_PASSWORD(Chapter.CONNECTIONS, "a wrong password is refused, and the client says so"),
    TLS(Chapter.CONNECTIONS, "TLS, with the broker's certificate verified"),
    EXTERNAL(Chapter.CONNECTIONS, "a client certificate as login, SASL EXTERNAL"),
    WEBSOCKET(Chapter.CONNECTIONS, "AMQP over WebSocket"),
    SESSIONS(Chapter.CONNECTIONS, "several sessions of one connection"),
    HEARTBEATS(Chapter.CONNECTIONS, "heart-beats keep an idle connection open (idle time-out 1.5 to 2 s)"),
    SMALL_FRAMES(Chapter.CONNECTIONS, "frames of 512 bytes at most"),
    CONTAINER_ID(Chapter.CONNECTIONS, "a container id in use is refused (client id of JMS)"),
    RECONNECT(Chapter.CONNECTIONS, "the client reconnects after a restart of the broker; nothing durable is lost"),

    SEND_RECEIVE(Chapter.MESSAGES, "messages arrive once, in order"),
    SENT_SETTLED(Chapter.MESSAGES, "sent settled: at most once"),
    RECEIVED_SETTLED(Chapter.MESSAGES, "received settled: at most once"),
    SETTLE_SECOND(Chapter.MESSAGES, "receiver settles second"),
    BODY_DATA(Chapter.MESSAGES, "bodies of bytes, one section or several"),
    BODY_VALUE(Chapter.MESSAGES, "bodies of one value, every AMQP type the client has"),
    BODY_SEQUENCE(Chapter.MESSAGES, "bodies of sequences"),
    PROPERTIES(Chapter.MESSAGES, "properties, application properties and annotations arrive as they were"),
    LARGE(Chapter.MESSAGES, "a message of 10 MB"),
    ABORTED(Chapter.MESSAGES, "a message given up half-way leaves no trace"),
    PRIORITY(Chapter.MESSAGES, "priorities"),
    TIME_TO_LIVE(Chapter.MESSAGES, "time to live"),
    SCHEDULED(Chapter.MESSAGES, "delivery at a later time"),
    GROUPS(Chapter.MESSAGES, "the messages of a group go to one consumer, in order"),

    ACCEPTED(Chapter.OUTCOMES, "accepted: the message is gone"),
    RELEASED(Chapter.OUTCOMES, "released: back in its place, not counted"),
    REJECTED(Chapter.OUTCOMES, "rejected: dead-lettered, with the reason"),
    MODIFIED(Chapter.OUTCOMES, "modified, delivery failed: back in its place, counted"),
    UNDELIVERABLE_HERE(Chapter.OUTCOMES, "modified, undeliverable here: for somebody else"),
    MODIFIED_ANNOTATIONS(Chapter.OUTCOMES, "modified with annotations: they are on the next delivery"),
    REDELIVERED(
            Chapter.OUTCOMES,
            "unsettled when its connection closes: delivered again, its count raised where the client asks for it"),
    REFUSED(Chapter.OUTCOMES, "a producer hears that its message is refused"),

    CREDIT(Chapter.RECEIVERS, "as many messages as there is credit"),
    DRAIN(Chapter.RECEIVERS, "drain: an empty queue is known to be empty"),
    BROWSE(Chapter.RECEIVERS, "browsing leaves the messages where they are"),
    SELECTOR(Chapter.RECEIVERS, "JMS selector"),
    FILTERS(Chapter.RECEIVERS, "filter expressions: properties and SQL"),
    COMPETING(Chapter.RECEIVERS, "consumers of one queue share its messages"),
    DETACH(Chapter.RECEIVERS, "a link is detached and attached again; nothing is lost"),
    LINK_STEALING(Chapter.RECEIVERS, "a link attached a second time takes over"),
    REFUSED_LINK(Chapter.RECEIVERS, "a link to a node there cannot be is refused, with the reason"),

    ANONYMOUS_TERMINUS(Chapter.NODES, "one sender for many addresses"),
    REQUEST_REPLY(Chapter.NODES, "request and answer over a node made for it"),
    TEMPORARY_QUEUE(Chapter.NODES, "temporary queue: gone with its maker"),
    TEMPORARY_TOPIC(Chapter.NODES, "temporary topic"),
    TOPIC(Chapter.NODES, "topic: a copy to each subscriber"),
    TOPIC_WILDCARDS(Chapter.NODES, "subscription to topics by wildcards"),
    TOPIC_SELECTOR(Chapter.NODES, "subscription with a selector"),
    NO_LOCAL(Chapter.NODES, "subscription without the connection's own messages"),
    DURABLE_SUBSCRIPTION(Chapter.NODES, "durable subscription: messages are kept while its subscriber is away"),
    UNSUBSCRIBE(Chapter.NODES, "unsubscribe: the durable subscription is gone"),
    SHARED_SUBSCRIPTION(Chapter.NODES, "shared subscription: each message to one of its consumers"),
    SHARED_DURABLE(Chapter.NODES, "shared durable subscription"),

    COMMIT(Chapter.TRANSACTIONS, "commit: messages sent and settled in several queues, all at once"),
    ROLLBACK(Chapter.TRANSACTIONS, "roll-back: nothing was sent, and what was received comes again in order"),

    JMS_MESSAGES(Chapter.JMS, "the six kinds of message, and properties of every type"),
    JMS_ACKNOWLEDGE(Chapter.JMS, "all acknowledge modes"),
    JMS_RECOVER(Chapter.JMS, "recover"),
    JMS_LISTENER(Chapter.JMS, "message and completion listeners"),
    JMS_CONTEXT(Chapter.JMS, "the simplified API"),
    JMS_SHORT_SESSIONS(Chapter.JMS, "thousands of short sessions"),
    JMS_POISON(Chapter.JMS, "a limit of redeliveries, then the dead-letter queue");

    /** Rows that belong together. */
    public enum Chapter {
        CONNECTIONS("Connections"),
        MESSAGES("Messages"),
        OUTCOMES("Outcomes"),
        RECEIVERS("Receivers"),
        NODES("Nodes, topics and subscriptions"),
        TRANSACTIONS("Transactions"),
        JMS("JMS");

        private final String title;

        Chapter(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    private final Chapter chapter;
    private final String title;

    Feature(Chapter chapter, String title) {
        this.chapter = chapter;
        this.title = title;
    }

    public Chapter chapter() {
        return chapter;
    }

    public String title() {
        return title;
    }

    /** How programs that are not Java call it, and queue names begin. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
