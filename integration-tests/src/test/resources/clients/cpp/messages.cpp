// Messages on their way, and what their receiver says of them.
#include "peer.hpp"

#include <chrono>

using proton::message;
using proton::symbol;
using proton::value;

static std::shared_ptr<Inbox> there(Peer& peer, const std::vector<message>& messages) {
    peer.outbox(scene["address"])->accepted(messages);
    return peer.inbox(scene["address"]);
}

static void send_receive() {
    std::vector<message> sent;
    std::vector<std::string> bodies;
    for (int i = 0; i < 200; i++) {
        bodies.push_back("message " + std::to_string(i));
        sent.push_back(durable(bodies.back()));
    }
    Peer peer;
    auto box = there(peer, sent);
    expect(box->bodies(200), bodies);
    check(box->empty(), "there is more");
}

static void sent_settled() {
    Peer peer;
    proton::sender_options settled;
    settled.delivery_mode(proton::delivery_mode::AT_MOST_ONCE);
    auto out = peer.outbox(scene["address"], {}, "", {}, settled);
    for (const auto* body : {"a", "b", "c"}) out->settled(durable(body));
    auto box = peer.inbox(scene["address"]);
    expect(box->bodies(3), {"a", "b", "c"});
    check(box->empty(), "there is more");
}

static void received_settled() {
    Peer peer;
    peer.send(scene["address"], {"a", "b"});
    proton::receiver_options options;
    options.delivery_mode(proton::delivery_mode::AT_MOST_ONCE);
    auto box = peer.inbox(scene["address"], {}, "", {}, options);
    for (const std::string body : {"a", "b"}) {
        Received received = box->next();
        expect(proton::get<std::string>(received.message.body()), body);
        box->settle(received, [](proton::delivery& d) { check(d.settled(), "not settled"); });
    }
    peer.close();
    Peer other;
    check(other.inbox(scene["address"])->empty(), "there is more");
}

static void body_data() {
    proton::binary bytes;
    for (int i = 0; i < 256; i++) bytes.push_back(uint8_t(i));
    message data{value(bytes)};
    data.inferred(true);
    message none{value(proton::binary())};
    none.inferred(true);
    Peer peer;
    auto box = there(peer, {data, none});
    for (const auto& expected : {bytes, proton::binary()}) {
        Received received = box->next();
        check(received.message.inferred(), "not a data section");
        check(proton::get<proton::binary>(received.message.body()) == expected, "other bytes");
        box->accept(received);
    }
}

template <class T, size_t N> static T bytes_of() {
    T result;
    for (size_t i = 0; i < N; i++) result[i] = uint8_t(i + 1);
    return result;
}

static std::vector<value> values() {
    std::map<std::string, value> map{{"text", "ä€𝄞"}, {"number", int64_t(7)}, {"list", std::vector<value>{1, "two"}}};
    return {
        value(proton::null()), value(true), value(false), value(uint8_t(255)), value(uint16_t(65535)), value(uint32_t(4294967295U)),
        value(uint64_t(18446744073709551615ULL)), value(int8_t(-128)), value(int16_t(-32768)), value(int32_t(-2147483647 - 1)),
        value(int64_t(-9223372036854775807LL - 1)), value(1.5F), value(0.1), value(bytes_of<proton::decimal32, 4>()),
        value(bytes_of<proton::decimal64, 8>()), value(bytes_of<proton::decimal128, 16>()), value(wchar_t(0x1D11E)),
        value(proton::timestamp(1700000000123)), value(bytes_of<proton::uuid, 16>()), value(proton::binary(std::string(300, '\7'))),
        value("ä€𝄞"), value(std::string(70000, 'x')), value(""), value(symbol("symbol")),
        value(std::vector<value>{"one", int32_t(2), value(std::vector<value>{3, value(proton::null())})}), value(map),
        value(std::vector<int32_t>{1, 2, 300}), described(symbol("a:descriptor"), "value"),
    };
}

static void body_value() {
    std::vector<message> sent;
    for (const auto& one : values()) sent.push_back(message(one));
    Peer peer;
    auto box = there(peer, sent);
    for (const auto& expected : values()) {
        Received received = box->next();
        // The client's own comparison does not end on a list in a list.
        message actual(received.message.body());
        check(actual.encode() == message(expected).encode(), "another value of " + type_name(expected.type()));
        box->accept(received);
    }
    check(box->empty(), "there is more");
}

static void body_sequence() {
    message sent{value(std::vector<value>{"one", int32_t(2), true})};
    sent.inferred(true);
    Peer peer;
    auto box = there(peer, {sent});
    Received received = box->next();
    check(received.message.inferred(), "not a sequence");
    expect(received.message.body(), sent.body());
    box->accept(received);
}

static message with_all() {
    message m("with all");
    m.durable(true);
    m.priority(7);
    m.ttl(proton::duration(600000));
    m.message_annotations().put(symbol("x-opt-mine"), "kept");
    m.message_annotations().put(symbol("x-opt-number"), uint64_t(7));
    m.id("id-1");
    m.user("guest");
    m.to(scene["address"]);
    m.subject("a subject");
    m.reply_to("answers");
    m.correlation_id(bytes_of<proton::uuid, 16>());
    m.content_type("text/plain");
    m.content_encoding("identity");
    m.expiry_time(proton::timestamp(4000000000000));
    m.creation_time(proton::timestamp(1700000000123));
    m.group_id("group");
    m.group_sequence(7);
    m.reply_to_group_id("other");
    m.properties().put("text", "ä€𝄞");
    m.properties().put("int", int32_t(-5));
    m.properties().put("ulong", uint64_t(3));
    m.properties().put("double", 0.1);
    m.properties().put("flag", true);
    m.properties().put("bytes", proton::binary(std::string("\0\1\xff", 3)));
    m.properties().put("char", wchar_t('x'));
    m.properties().put("symbol", symbol("s"));
    return m;
}

static void properties() {
    message sent = with_all();
    Peer peer;
    auto box = there(peer, {sent});
    Received received = box->next();
    const message& m = received.message;
    check(m.durable(), "durable");
    expect(int(m.priority()), 7);
    check(m.ttl() > proton::duration(500000) && m.ttl() <= proton::duration(600000), "ttl");
    expect(m.id(), sent.id());
    expect(m.user(), sent.user());
    expect(m.to(), sent.to());
    expect(m.subject(), sent.subject());
    expect(m.reply_to(), sent.reply_to());
    expect(m.correlation_id(), sent.correlation_id());
    expect(m.content_type(), sent.content_type());
    expect(m.content_encoding(), sent.content_encoding());
    expect(m.expiry_time(), sent.expiry_time());
    expect(m.creation_time(), sent.creation_time());
    expect(m.group_id(), sent.group_id());
    expect(m.group_sequence(), sent.group_sequence());
    expect(m.reply_to_group_id(), sent.reply_to_group_id());
    expect(m.message_annotations().get(symbol("x-opt-mine")), value("kept"));
    expect(m.message_annotations().get(symbol("x-opt-number")), value(uint64_t(7)));
    for (const auto* name : {"text", "int", "ulong", "double", "flag", "bytes", "char", "symbol"}) {
        expect(m.properties().get(name), sent.properties().get(name), name);
    }
    box->accept(received);
}

static void large() {
    proton::binary bytes;
    bytes.reserve(10 << 20);
    for (int i = 0; i < 10 << 20; i++) bytes.push_back(uint8_t((i * 2654435761U) >> 24));
    message sent{value(bytes)};
    sent.inferred(true);
    sent.durable(true);
    Peer peer;
    auto box = there(peer, {sent});
    Received received = box->next();
    check(proton::get<proton::binary>(received.message.body()) == bytes, "other bytes");
    box->accept(received);
    check(box->empty(), "there is more");
}

static void priority() {
    std::vector<message> sent;
    std::vector<std::string> expected;
    for (int n = 0; n < 2; n++) {
        for (int p = 0; p < 10; p++) {
            message m(std::to_string(p) + "-" + std::to_string(n));
            m.priority(uint8_t(p));
            sent.push_back(m);
        }
    }
    for (int p = 9; p >= 0; p--) {
        for (int n = 0; n < 2; n++) expected.push_back(std::to_string(p) + "-" + std::to_string(n));
    }
    Peer peer;
    expect(there(peer, sent)->bodies(20), expected);
}

static void time_to_live() {
    message brief("short"), lasting("long");
    brief.ttl(proton::duration(1));
    lasting.ttl(proton::duration(600000));
    Peer peer;
    auto box = there(peer, {brief, lasting});
    peer.idle(20);
    expect(box->body(), "long");
    check(box->empty(), "there is more");
}

static int64_t now_millis() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

static void scheduled() {
    int64_t begun = now_millis();
    std::map<std::string, int64_t> earliest{{"now", 0}, {"after a while", begun + 300}, {"at a time", begun + 700}};
    message at_a_time("at a time"), after_a_while("after a while");
    at_a_time.message_annotations().put(symbol("x-opt-delivery-time"), begun + 700);
    after_a_while.message_annotations().put(symbol("x-opt-delivery-delay"), 300);
    Peer peer;
    auto box = there(peer, {at_a_time, after_a_while, text("now")});
    while (!earliest.empty()) {
        std::string body = box->body();
        check(now_millis() >= earliest.at(body), body + " came too early");
        earliest.erase(body);
    }
}

static void accepted() {
    Peer peer;
    expect(there(peer, {text("a"), text("b")})->bodies(2), {"a", "b"});
    peer.close();
    Peer other;
    check(other.inbox(scene["address"])->empty(), "there is more");
}

// The client's modified says neither that the delivery failed nor anything else: it gives a message back as released does.
static void released() {
    Peer peer;
    auto box = there(peer, {text("a"), text("b")});
    box->settle(box->next(), [](proton::delivery& d) { d.release(); });
    box->settle(box->next(), [](proton::delivery& d) { d.modify(); });
    Received received = box->next();
    expect(received.message.body(), value("a"));
    expect(received.message.delivery_count(), 0U, "delivery-count");
    box->accept(received);
    expect(box->body(), "b");
}

static void rejected() {
    Peer peer;
    auto box = there(peer, {text("bad")});
    box->settle(box->next(), [](proton::delivery& d) { d.reject(); });
    message dead = dead_letter(peer, scene["address"]);
    expect(dead.body(), value("bad"));
    expect(dead.message_annotations().get(symbol("x-opt-dead-letter-reason")), value("rejected"));
}

// The client sets no default outcome: what is given back on a close was not a failure.
static void redelivered() {
    Peer peer;
    peer.send(scene["address"], {"a", "b"});
    {
        Peer first;
        auto box = first.inbox(scene["address"]);
        expect(box->next().message.body(), value("a"));
        first.close();
    }
    auto box = peer.inbox(scene["address"]);
    Received received = box->next();
    expect(received.message.body(), value("a"));
    expect(received.message.delivery_count(), 0U);
    box->accept(received);
    expect(box->body(), "b");
}

static void refused() {
    Peer peer;
    message lost("x");
    lost.to("$nowhere");
    expect(to_string(peer.outbox("")->outcome(lost)), "rejected");
}

void message_checks(Checks& checks) {
    checks["send-receive"] = send_receive;
    checks["sent-settled"] = sent_settled;
    checks["received-settled"] = received_settled;
    checks["body-data"] = body_data;
    checks["body-value"] = body_value;
    checks["body-sequence"] = body_sequence;
    checks["properties"] = properties;
    checks["large"] = large;
    checks["priority"] = priority;
    checks["time-to-live"] = time_to_live;
    checks["scheduled"] = scheduled;
    checks["accepted"] = accepted;
    checks["released"] = released;
    checks["rejected"] = rejected;
    checks["redelivered"] = redelivered;
    checks["refused"] = refused;
}
