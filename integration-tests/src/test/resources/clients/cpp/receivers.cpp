// What a receiver asks for.
#include "peer.hpp"

#include <algorithm>

using proton::message;
using proton::source_options;
using proton::symbol;
using proton::value;

static void credit() {
    Peer peer;
    peer.send(scene["address"], {"a", "b", "c", "d", "e"});
    auto box = peer.inbox(scene["address"]);
    box->credit(3);
    for (const auto* body : {"a", "b", "c"}) expect(box->take().message.body(), value(body));
    auto rest = peer.inbox(scene["address"]);
    expect(rest->bodies(2), {"d", "e"});
    check(rest->empty() && box->arrived.empty(), "there is more");
}

static void drain() {
    Peer peer;
    auto box = peer.inbox(scene["address"]);
    check(box->empty(10), "there is something");
    peer.send(scene["address"], {"a", "b"});
    check(!box->empty(10), "there is nothing");
    for (const auto* body : {"a", "b"}) {
        Received received = box->take();
        expect(received.message.body(), value(body));
        box->accept(received);
    }
    peer.send(scene["address"], {"c"});
    expect(box->body(), "c");
}

static void browse() {
    Peer peer;
    peer.send(scene["address"], {"a", "b", "c"});
    for (int round = 0; round < 2; round++) {
        auto browser = peer.inbox(scene["address"], source_options().distribution_mode(proton::source::COPY));
        expect(browser->bodies(3), {"a", "b", "c"});
        check(browser->empty(), "there is more");
        browser->close();
    }
    expect(peer.inbox(scene["address"])->bodies(3), {"a", "b", "c"});
}

static source_options filter(const std::string& descriptor, const value& expression) {
    proton::source::filter_map filters;
    filters.put(symbol("selector"), described(symbol(descriptor), expression));
    return source_options().filters(filters);
}

static void coloured(Peer& peer) {
    auto out = peer.outbox(scene["address"]);
    for (int n = 0; n < 6; n++) {
        std::string colour = n % 2 ? "red" : "blue";
        message m(colour + " " + std::to_string(n));
        m.subject(colour);
        m.properties().put("colour", colour);
        m.properties().put("n", n);
        out->accepted({m});
    }
}

static const std::string SELECTOR = "apache.org:selector-filter:string";

static void selector() {
    Peer peer;
    coloured(peer);
    auto red = peer.inbox(scene["address"], filter(SELECTOR, "colour = 'red' AND n BETWEEN 2 AND 5"));
    expect(red->bodies(2), {"red 3", "red 5"});
    check(red->empty(), "there is more");
    expect(peer.inbox(scene["address"])->bodies(4), {"blue 0", "red 1", "blue 2", "blue 4"});
    expect(refusal([&] { peer.inbox(scene["address"], filter(SELECTOR, "colour = ")); }).name, "amqp:invalid-field");
}

static void filters() {
    Peer peer;
    coloured(peer);
    std::map<symbol, value> subject{{symbol("subject"), "red"}};
    auto red = peer.inbox(scene["address"], filter("amqp:properties-filter", subject));
    expect(red->bodies(3), {"red 1", "red 3", "red 5"});
    check(red->empty(), "there is more");
    auto blue = peer.inbox(scene["address"], filter("amqp:sql-filter", "properties.subject = 'blue' AND n > 1"));
    expect(blue->bodies(2), {"blue 2", "blue 4"});
    check(blue->empty(), "there is more");
}

static void competing() {
    Peer first, second, sender;
    std::vector<std::shared_ptr<Inbox>> boxes;
    for (Peer* peer : {&first, &second}) {
        boxes.push_back(peer->inbox(scene["address"]));
        boxes.back()->credit(5);
        // An answer to what was asked later says that the credit is there.
        peer->inbox(scene["address"] + ".probe")->close();
    }
    std::vector<std::string> bodies, received;
    for (int i = 0; i < 10; i++) bodies.push_back("m" + std::to_string(i));
    sender.send(scene["address"], bodies);
    for (auto& box : boxes) {
        for (int i = 0; i < 5; i++) {
            Received one = box->take();
            box->accept(one);
            received.push_back(proton::get<std::string>(one.message.body()));
        }
    }
    std::sort(received.begin(), received.end());
    expect(received, bodies);
}

static void detach() {
    Peer peer;
    peer.send(scene["address"], {"a", "b", "c"});
    std::vector<std::shared_ptr<Inbox>> boxes;
    std::vector<std::shared_ptr<Outbox>> outs;
    for (const auto* body : {"a", "b"}) {
        boxes.push_back(peer.inbox(scene["address"], {}, "the-link"));
        expect(boxes.back()->body(), body);
        boxes.back()->detach();
    }
    for (const auto* body : {"d", "e"}) {
        outs.push_back(peer.outbox(scene["address"], {}, "out"));
        outs.back()->accepted({text(body)});
        outs.back()->detach();
    }
    expect(peer.inbox(scene["address"])->bodies(3), {"c", "d", "e"});
}

static void link_stealing() {
    Peer one({}, "", scene["address"]), two({}, "", scene["address"]);
    auto first = one.inbox(scene["address"], {}, "the-link");
    auto second = two.inbox(scene["address"], {}, "the-link");
    one.wait([&] { return bool(first->gone); }, "loss of the link");
    expect(first->gone->name, "amqp:link:stolen");
    two.send(scene["address"], {"a"});
    expect(second->body(), "a");
}

static void refused_link() {
    Peer peer;
    expect(refusal([&] { peer.inbox("$nowhere"); }).name, "amqp:not-found");
    expect(refusal([&] { peer.outbox("$nowhere"); }).name, "amqp:not-found");
    peer.send(scene["address"], {"the session goes on"});
}

static void groups() {
    std::string address = "groups." + scene["address"];
    Peer first, second, sender;
    std::vector<std::shared_ptr<Inbox>> boxes;
    for (Peer* peer : {&first, &second}) {
        boxes.push_back(peer->inbox(address));
        boxes.back()->credit(100);
        peer->inbox(address + ".probe")->close();
    }
    auto out = sender.outbox(address);
    for (const auto* group : {"a", "b", "c", "d"}) {
        for (int n = 0; n < 5; n++) {
            message m(std::to_string(n));
            m.group_id(group);
            m.group_sequence(n);
            out->accepted({m});
        }
    }
    std::map<std::string, std::string> taken;
    for (auto& box : boxes) {
        // What was given to this consumer before an answer to what is asked now is there when the answer is.
        box->peer.inbox(address + ".probe")->close();
        std::map<std::string, std::string> mine;
        while (!box->arrived.empty()) {
            Received received = box->take();
            mine[received.message.group_id()] += proton::get<std::string>(received.message.body());
            box->accept(received);
        }
        for (const auto& group : mine) {
            check(taken.emplace(group).second, "group " + group.first + " went to two consumers");
        }
    }
    check(taken == std::map<std::string, std::string>{{"a", "01234"}, {"b", "01234"}, {"c", "01234"}, {"d", "01234"}}, "order");
}

void receiver_checks(Checks& checks) {
    checks["credit"] = credit;
    checks["drain"] = drain;
    checks["browse"] = browse;
    checks["selector"] = selector;
    checks["filters"] = filters;
    checks["competing"] = competing;
    checks["detach"] = detach;
    checks["link-stealing"] = link_stealing;
    checks["refused-link"] = refused_link;
    checks["groups"] = groups;
}
