// Nodes that are not plain queues.
#include "peer.hpp"

#include <algorithm>

using proton::message;
using proton::source_options;
using proton::symbol;
using proton::target_options;
using proton::value;

static message to(const std::string& address, const std::string& body) {
    message m(body);
    m.to(address);
    return m;
}

static void gone(Peer& peer, const std::string& address) {
    expect(to_string(peer.outbox("")->outcome(to(address, "x"))), "rejected");
}

static void anonymous_terminus() {
    Peer peer;
    auto out = peer.outbox("");
    for (const std::string n : {"1", "2", "3"}) out->accepted({to(scene["address"] + n, "to " + n)});
    for (const std::string n : {"1", "2", "3"}) expect(peer.inbox(scene["address"] + n)->body(), "to " + n);
}

static void request_reply() {
    Peer server;
    auto client = std::make_unique<Peer>();
    auto requests = server.inbox(scene["address"]);
    auto answers = server.outbox("");
    auto replies = client->inbox("", source_options().dynamic(true));
    std::string reply_to = replies->address;
    auto out = client->outbox(scene["address"]);
    for (const std::string id : {"one", "two"}) {
        message ask("ask " + id);
        ask.reply_to(reply_to);
        ask.correlation_id(id);
        out->accepted({ask});
        Received request = requests->next();
        message answer = to(request.message.reply_to(), "answer " + id);
        answer.correlation_id(request.message.correlation_id());
        answers->accepted({answer});
        requests->accept(request);
        Received reply = replies->next();
        expect(reply.message.correlation_id(), proton::message_id(id));
        expect(reply.message.body(), value("answer " + id));
        replies->accept(reply);
    }
    refusal([&] { server.inbox(reply_to); });
    client->close();
    gone(server, reply_to);
}

static value delete_on_close() {
    value result;
    proton::codec::encoder encoder(result);
    encoder << proton::codec::start::described() << uint64_t(0x2B) << proton::codec::start::list() << proton::codec::finish()
            << proton::codec::finish();
    return result;
}

static std::shared_ptr<Outbox> dynamic(Peer& peer, const std::string& capability) {
    proton::target::dynamic_property_map properties;
    properties.put(symbol("lifetime-policy"), delete_on_close());
    return peer.dynamic_outbox(target_options()
                                   .expiry_policy(proton::target::LINK_CLOSE)
                                   .dynamic_properties(properties)
                                   .capabilities({symbol(capability)}));
}

static void temporary_queue() {
    Peer peer;
    auto out = dynamic(peer, "temporary-queue");
    std::string address = out->address;
    out->accepted({text("a"), text("b")});
    auto box = peer.inbox(address, source_options().capabilities({"temporary-queue"}));
    expect(box->bodies(2), {"a", "b"});
    box->close();
    out->close();
    gone(peer, address);
}

static void temporary_topic() {
    Peer peer;
    auto out = dynamic(peer, "temporary-topic");
    source_options source;
    source.capabilities({"temporary-topic"});
    auto one = peer.inbox(out->address, source), two = peer.inbox(out->address, source);
    out->accepted({text("to all")});
    expect(one->body(), "to all");
    expect(two->body(), "to all");
}

static source_options topic() { return source_options().capabilities({"topic"}); }

static std::shared_ptr<Outbox> publisher(Peer& peer, const std::string& suffix = "") {
    return peer.outbox(scene["address"] + suffix, target_options().capabilities({"topic"}));
}

static void topics() {
    Peer peer, other;
    auto out = publisher(peer);
    out->accepted({text("nobody hears")});
    auto one = peer.inbox(scene["address"], topic()), two = other.inbox(scene["address"], topic());
    out->accepted({durable("a"), durable("b")});
    for (Inbox* box : {one.get(), two.get()}) {
        expect(box->bodies(2), {"a", "b"});
        check(box->empty(), "there is more");
    }
}

static void topic_wildcards() {
    Peer peer;
    auto one = peer.inbox(scene["address"] + ".*", topic()), any = peer.inbox(scene["address"] + ".#", topic());
    for (const std::string name : {"a", "b", "a.b"}) publisher(peer, "." + name)->accepted({text(name)});
    expect(one->bodies(2), {"a", "b"});
    check(one->empty(), "there is more");
    expect(any->bodies(3), {"a", "b", "a.b"});
}

static source_options with_filter(source_options source, const value& filter) {
    proton::source::filter_map filters;
    filters.put(symbol("filter"), filter);
    return source.filters(filters);
}

static void topic_selector() {
    Peer peer;
    auto selector = described(symbol("apache.org:selector-filter:string"), "colour = 'red'");
    auto box = peer.inbox(scene["address"], with_filter(topic(), selector));
    auto out = publisher(peer);
    for (const std::string colour : {"red", "blue", "red"}) {
        message m(colour);
        m.properties().put("colour", colour);
        out->accepted({m});
    }
    expect(box->bodies(2), {"red", "red"});
    check(box->empty(), "there is more");
}

static void no_local() {
    value filter;
    proton::codec::encoder encoder(filter);
    encoder << proton::codec::start::described() << uint64_t(0x468C00000003) << proton::codec::start::list()
            << proton::codec::finish() << proton::codec::finish();
    Peer peer, other;
    auto box = peer.inbox(scene["address"], with_filter(topic(), filter));
    publisher(peer)->accepted({text("mine")});
    publisher(other)->accepted({text("theirs")});
    expect(box->body(), "theirs");
    check(box->empty(), "there is more");
}

static source_options lasting(source_options source) {
    return source.durability_mode(proton::source::UNSETTLED_STATE).expiry_policy(proton::source::NEVER);
}

static void durable_subscription() {
    {
        Peer away({}, "", scene["address"]);
        auto box = away.inbox(scene["address"], lasting(topic()), "news");
        box->detach();
        away.close();
    }
    Peer sender({}, "", "sender");
    publisher(sender)->accepted({durable("a"), durable("b")});
    Peer back({}, "", scene["address"]);
    auto box = back.inbox(scene["address"], lasting(topic()), "news");
    expect(box->bodies(2), {"a", "b"});
    check(box->empty(), "there is more");
}

// The client attaches with an address always: closing the link, in place of detaching it, ends the subscription.
static void unsubscribe() {
    Peer peer({}, "", scene["address"]);
    auto first = peer.inbox(scene["address"], lasting(topic()), "news");
    first->detach();
    publisher(peer)->accepted({durable("kept for nobody")});
    auto second = peer.inbox(scene["address"], lasting(topic()), "news");
    second->close();
    auto third = peer.inbox(scene["address"], lasting(topic()), "news");
    check(third->empty(), "the subscription was still there");
}

static void shares(const std::vector<Inbox*>& boxes) {
    for (Inbox* box : boxes) {
        box->credit(5);
        box->peer.inbox(scene["address"] + ".probe")->close();
    }
    Peer sender({}, "", "sender");
    auto out = publisher(sender);
    std::vector<std::string> bodies, received;
    for (int i = 0; i < 10; i++) {
        bodies.push_back("m" + std::to_string(i));
        out->accepted({durable(bodies.back())});
    }
    for (Inbox* box : boxes) {
        for (int i = 0; i < 5; i++) {
            Received one = box->take();
            box->accept(one);
            received.push_back(proton::get<std::string>(one.message.body()));
        }
    }
    std::sort(received.begin(), received.end());
    expect(received, bodies);
}

static source_options shared() { return source_options().capabilities({"topic", "shared", "global"}); }

static void shared_subscription() {
    Peer one({}, "", "one"), two({}, "", "two");
    auto first = one.inbox(scene["address"], shared(), "team|global-volatile1");
    auto second = two.inbox(scene["address"], shared(), "team|global-volatile2");
    shares({first.get(), second.get()});
}

static void shared_durable() {
    Peer one({}, "", "one"), two({}, "", "two"), three({}, "", "three");
    auto first = one.inbox(scene["address"], lasting(shared()), "team|global");
    auto second = two.inbox(scene["address"], lasting(shared()), "team|global2");
    shares({first.get(), second.get()});
    first->detach();
    second->detach();
    publisher(three)->accepted({durable("kept")});
    expect(three.inbox(scene["address"], lasting(shared()), "team|global")->body(), "kept");
}

void node_checks(Checks& checks) {
    checks["anonymous-terminus"] = anonymous_terminus;
    checks["request-reply"] = request_reply;
    checks["temporary-queue"] = temporary_queue;
    checks["temporary-topic"] = temporary_topic;
    checks["topic"] = topics;
    checks["topic-wildcards"] = topic_wildcards;
    checks["topic-selector"] = topic_selector;
    checks["no-local"] = no_local;
    checks["durable-subscription"] = durable_subscription;
    checks["unsubscribe"] = unsubscribe;
    checks["shared-subscription"] = shared_subscription;
    checks["shared-durable"] = shared_durable;
}
