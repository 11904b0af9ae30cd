#include "peer.hpp"

#include <chrono>
#include <future>
#include <iostream>

static const auto WAIT = std::chrono::seconds(20);

std::map<std::string, std::string> scene;

void fail(const std::string& why) { throw std::runtime_error(why); }

Refused refusal(const std::function<void()>& what) {
    try {
        what();
    } catch (const Refused& refused) {
        return refused;
    }
    throw std::runtime_error("it was not refused");
}

// Nobody else's.
static std::string next_container_id() {
    static int count = 0;
    return scene["address"] + "-" + std::to_string(count++);
}

Peer::Peer(proton::connection_options options, const std::string& url, const std::string& container_id)
    : container_(container_id.empty() ? next_container_id() : container_id) {
    options.handler(*this);
    container_.auto_stop(false);
    container_.connect(url.empty() ? "amqp://" + scene["host"] + ":" + scene["port"] : url, options);
    thread_ = std::thread([this] { container_.run(); });
    try {
        wait([this] { return opened > 0; }, "open");
    } catch (...) {
        container_.stop();
        thread_.join();
        throw;
    }
}

Peer::~Peer() {
    container_.stop();
    if (thread_.joinable()) thread_.join();
}

void Peer::close() {
    perform([this] { connection.close(); });
    std::unique_lock<std::mutex> lock(mutex_);
    check(condition_.wait_for(lock, WAIT, [this] { return closed_; }), "the connection does not close");
}

void Peer::perform(const std::function<void()>& what) {
    std::promise<void> done;
    connection.work_queue().add([&] {
        try {
            what();
            done.set_value();
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    auto future = done.get_future();
    check(future.wait_for(WAIT) == std::future_status::ready, "the connection's thread does not answer");
    future.get();
}

void Peer::wait(const std::function<bool()>& condition, const std::string& what) {
    std::unique_lock<std::mutex> lock(mutex_);
    bool held = condition_.wait_for(lock, WAIT, [&] { return condition() || lost; });
    if (!condition() && lost) throw *lost;
    check(held, "waited in vain for " + what);
}

void Peer::idle(int millis) {
    bool over = false;
    container_.schedule(proton::duration(millis), [&] { changed([&] { over = true; }); });
    wait([&] { return over; }, "time to pass");
}

std::string Peer::mechanism() { return mechanism_; }

std::shared_ptr<Inbox> Peer::inbox(const std::string& address, proton::source_options source, const std::string& name,
                                   proton::session session, proton::receiver_options options) {
    auto box = std::make_shared<Inbox>(*this, address);
    links_.push_back(box);
    box->open(source, name, session, options);
    return box;
}

std::shared_ptr<Outbox> Peer::outbox(const std::string& address, proton::target_options target, const std::string& name,
                                     proton::session session, proton::sender_options options) {
    auto box = std::make_shared<Outbox>(*this, address);
    links_.push_back(box);
    box->open(target, name, session, options, false);
    return box;
}

std::shared_ptr<Outbox> Peer::dynamic_outbox(proton::target_options target) {
    auto box = std::make_shared<Outbox>(*this, "");
    links_.push_back(box);
    box->open(target.dynamic(true), "", {}, {}, true);
    return box;
}

void Peer::send(const std::string& address, const std::vector<std::string>& bodies) {
    auto out = outbox(address);
    for (const auto& body : bodies) out->accepted({durable(body)});
    out->close();
}

void Peer::changed(const std::function<void()>& change) {
    std::lock_guard<std::mutex> lock(mutex_);
    change();
    condition_.notify_all();
}

void Peer::on_connection_open(proton::connection& c) {
    changed([&] {
        connection = c;
        mechanism_ = c.transport().sasl().mech();
        opened++;
    });
}

void Peer::on_connection_close(proton::connection&) {
    changed([&] { closed_ = true; });
}

void Peer::on_connection_error(proton::connection& c) {
    if (!reconnects) changed([&] { lost.reset(new Refused(c.error())); });
}

void Peer::on_transport_error(proton::transport& t) {
    if (!reconnects) changed([&] { lost.reset(new Refused(t.error())); });
}

void Inbox::open(proton::source_options source, const std::string& name, proton::session session,
                 proton::receiver_options options) {
    options.handler(*this).credit_window(0).auto_accept(false).source(source);
    if (!name.empty()) options.name(name);
    peer.perform([&] { link = session ? session.open_receiver(address, options) : peer.connection.open_receiver(address, options); });
    peer.wait([this] { return opened_ || gone; }, "attach");
    if (gone) throw *gone;
}

void Inbox::on_receiver_open(proton::receiver& r) {
    // The reason of a refusal follows.
    if (!r.source().address().empty()) {
        peer.changed([&] {
            address = r.source().address();
            opened_ = true;
        });
    }
}

void Inbox::on_receiver_error(proton::receiver& r) {
    peer.changed([&] { gone.reset(new Refused(r.error())); });
}

void Inbox::on_receiver_close(proton::receiver&) {
    peer.changed([&] { closed_ = true; });
}

void Inbox::on_receiver_detach(proton::receiver&) {
    peer.changed([&] { detached_ = true; });
}

void Inbox::on_receiver_drain_finish(proton::receiver&) {
    peer.changed([&] { drained_ = true; });
}

void Inbox::on_message(proton::delivery& d, proton::message& m) {
    peer.changed([&] {
        arrived.push_back({m, count_});
        deliveries_[count_++] = d;
    });
}

void Inbox::credit(int count) {
    peer.perform([&] { link.add_credit(count); });
}

Received Inbox::take() {
    peer.wait([this] { return !arrived.empty() || gone; }, "a message");
    if (gone) throw *gone;
    Received received;
    peer.changed([&] {
        received = arrived.front();
        arrived.pop_front();
    });
    return received;
}

Received Inbox::next() {
    credit(1);
    return take();
}

std::string Inbox::body() {
    Received received = next();
    accept(received);
    return proton::get<std::string>(received.message.body());
}

std::vector<std::string> Inbox::bodies(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; i++) all.push_back(body());
    return all;
}

bool Inbox::empty(int count) {
    peer.perform([&] {
        drained_ = false;
        link.add_credit(count);
        link.drain();
    });
    peer.wait([this] { return drained_; }, "the end of draining");
    return arrived.empty();
}

void Inbox::settle(const Received& received, const std::function<void(proton::delivery&)>& outcome) {
    peer.perform([&] {
        outcome(deliveries_[received.number]);
        deliveries_.erase(received.number);
    });
}

void Inbox::accept(const Received& received) {
    settle(received, [](proton::delivery& d) { d.accept(); });
}

void Inbox::close() {
    peer.perform([this] { link.close(); });
    peer.wait([this] { return closed_; }, "close");
}

void Inbox::detach() {
    peer.perform([this] { link.detach(); });
    peer.wait([this] { return detached_; }, "detach");
}

void Outbox::open(proton::target_options target, const std::string& name, proton::session session,
                  proton::sender_options options, bool dynamic) {
    if (address.empty() && !dynamic) target.anonymous(true);
    options.handler(*this).target(target);
    if (!name.empty()) options.name(name);
    peer.perform([&] { link = session ? session.open_sender(address, options) : peer.connection.open_sender(address, options); });
    peer.wait([this] { return opened_ || gone; }, "attach");
    if (gone) throw *gone;
}

void Outbox::on_sender_open(proton::sender& s) {
    if (address.empty() || !s.target().address().empty()) {
        peer.changed([&] {
            address = s.target().address();
            opened_ = true;
        });
    }
}

void Outbox::on_sender_error(proton::sender& s) {
    peer.changed([&] { gone.reset(new Refused(s.error())); });
}

void Outbox::on_sender_close(proton::sender&) {
    peer.changed([&] { closed_ = true; });
}

void Outbox::on_sender_detach(proton::sender&) {
    peer.changed([&] { detached_ = true; });
}

void Outbox::on_sendable(proton::sender&) {
    peer.changed([] {});
}

void Outbox::on_tracker_settle(proton::tracker& t) {
    proton::binary tag = t.tag();
    peer.changed([&] { outcomes_[std::string(tag.begin(), tag.end())] = t.state(); });
}

void Outbox::await_credit() {
    bool there = false;
    for (int i = 0; i < 4000 && !there; i++) {
        peer.perform([&] { there = link.credit() > 0; });
        if (!there) peer.idle(5);
    }
    check(there, "no credit");
}

enum proton::transfer::state Outbox::outcome(const proton::message& message) {
    await_credit();
    std::string tag = "tag-" + std::to_string(count_++);
    peer.perform([&] { link.send(message, proton::binary(tag)); });
    peer.wait([&] { return outcomes_.count(tag) || gone; }, "the outcome");
    if (gone) throw *gone;
    return outcomes_[tag];
}

void Outbox::accepted(const std::vector<proton::message>& messages) {
    for (const auto& message : messages) expect(to_string(outcome(message)), "accepted", "outcome");
}

void Outbox::settled(const proton::message& message) {
    await_credit();
    peer.perform([&] { link.send(message); });
}

void Outbox::close() {
    peer.perform([this] { link.close(); });
    peer.wait([this] { return closed_; }, "close");
}

void Outbox::detach() {
    peer.perform([this] { link.detach(); });
    peer.wait([this] { return detached_; }, "detach");
}

proton::message text(const std::string& body) { return proton::message(body); }

proton::message durable(const std::string& body) {
    proton::message message(body);
    message.durable(true);
    return message;
}

proton::value described(const proton::value& descriptor, const proton::value& value) {
    proton::value result;
    proton::codec::encoder encoder(result);
    encoder << proton::codec::start::described() << descriptor << value << proton::codec::finish();
    return result;
}

proton::message dead_letter(Peer& peer, const std::string& address) {
    auto dead = peer.inbox("DLQ");
    while (true) {
        Received received = dead->next();
        dead->accept(received);
        auto queue = received.message.message_annotations().get(proton::symbol("x-opt-dead-letter-queue"));
        if (proton::get<std::string>(queue) == address) return received.message;
    }
}

void restart_broker() {
    std::cout << "restart-broker" << std::endl;
    std::string answer;
    std::getline(std::cin, answer);
    expect(answer, std::string("restarted"));
}
