// Messages for the other clients, and from them: the same set whoever sends it.
#include "peer.hpp"

#include <iostream>

using proton::message;
using proton::value;

static proton::binary all_bytes() {
    proton::binary bytes;
    for (int i = 0; i < 256; i++) bytes.push_back(uint8_t(i));
    return bytes;
}

static std::vector<value> list() { return {"one", int32_t(2), 3.5, true}; }

static std::map<std::string, value> map() {
    return {
        {"text", "ä€𝄞"}, {"int", int32_t(-7)}, {"long", int64_t(1099511627776)}, {"flag", true}, {"double", 0.5},
        {"bytes", proton::binary(std::string("\0\1\xff", 3))},
    };
}

static std::map<std::string, proton::scalar> properties() {
    return {
        {"text", "ä€𝄞"}, {"int", int32_t(42)}, {"long", int64_t(1099511627776)}, {"flag", true}, {"double", 0.1},
    };
}

static message about(const std::string& subject, const value& body, bool inferred = false) {
    message m(body);
    m.subject(subject);
    m.inferred(inferred);
    return m;
}

static void send_bodies() {
    message with_properties = about("properties", "properties");
    with_properties.correlation_id("correlation-1");
    with_properties.reply_to("answers");
    with_properties.group_id("group");
    with_properties.group_sequence(7);
    for (const auto& property : properties()) with_properties.properties().put(property.first, property.second);
    Peer peer;
    peer.outbox(scene["address"])
        ->accepted({about("data", all_bytes(), true), about("text", "ä€𝄞"), about("map", map()), about("list", list()),
                    about("sequence", list(), true), about("empty", proton::null()), with_properties, about("end", "end")});
}

static void same_map(const value& body) {
    std::map<std::string, value> actual;
    proton::get(body, actual);
    expect(actual.size(), map().size());
    for (const auto& entry : map()) {
        expect(actual[entry.first].type(), entry.second.type(), entry.first);
        expect(actual[entry.first], entry.second, entry.first);
    }
}

static void same(const message& m) {
    const std::string subject = m.subject();
    if (subject == "data") {
        check(m.inferred() && proton::get<proton::binary>(m.body()) == all_bytes(), "data");
    } else if (subject == "text") {
        expect(m.body(), value("ä€𝄞"));
    } else if (subject == "map") {
        same_map(m.body());
    } else if (subject == "list" || subject == "sequence") {
        check(m.inferred() == (subject == "sequence"), "section");
        expect(m.body(), value(list()));
    } else if (subject == "empty") {
        check(m.body().empty(), "not empty");
    } else if (subject == "properties") {
        expect(m.body(), value("properties"));
        expect(m.correlation_id(), proton::message_id("correlation-1"));
        expect(m.reply_to(), "answers");
        expect(m.group_id(), "group");
        expect(m.group_sequence(), 7);
        for (const auto& property : properties()) expect(m.properties().get(property.first), property.second, property.first);
    } else {
        fail(subject);
    }
}

static void receive_bodies() {
    Peer peer;
    auto box = peer.inbox(scene["address"]);
    int count = 0;
    while (true) {
        Received received = box->next();
        box->accept(received);
        if (received.message.subject() == "end") break;
        same(received.message);
        count++;
    }
    std::cout << "received " << count << std::endl;
}

void exchange_tasks(Checks& tasks) {
    tasks["send-bodies"] = send_bodies;
    tasks["receive-bodies"] = receive_bodies;
}
