// What the checks share: connections, links and messages of Qpid Proton C++, waited for from one thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <proton/codec/encoder.hpp>
#include <proton/codec/map.hpp>
#include <proton/codec/vector.hpp>
#include <proton/connection.hpp>
#include <proton/connection_options.hpp>
#include <proton/container.hpp>
#include <proton/delivery.hpp>
#include <proton/error_condition.hpp>
#include <proton/message.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver_options.hpp>
#include <proton/reconnect_options.hpp>
#include <proton/sasl.hpp>
#include <proton/sender_options.hpp>
#include <proton/session.hpp>
#include <proton/source.hpp>
#include <proton/source_options.hpp>
#include <proton/ssl.hpp>
#include <proton/target.hpp>
#include <proton/target_options.hpp>
#include <proton/tracker.hpp>
#include <proton/transport.hpp>
#include <proton/types.hpp>
#include <proton/work_queue.hpp>

// Where the broker is and what this check may use.
extern std::map<std::string, std::string> scene;

using Checks = std::map<std::string, std::function<void()>>;
void connection_checks(Checks&);
void message_checks(Checks&);
void receiver_checks(Checks&);
void node_checks(Checks&);
void exchange_tasks(Checks&);

void fail(const std::string& why);

inline void check(bool holds, const std::string& what) {
    if (!holds) fail(what);
}

template <class A, class B> void expect(const A& actual, const B& expected, const std::string& what = "") {
    if (!(actual == expected)) {
        std::ostringstream text;
        text << what << ": " << actual << " is not " << expected;
        fail(text.str());
    }
}

inline void expect(const std::vector<std::string>& actual, const std::vector<std::string>& expected) {
    std::string all;
    for (const auto& one : actual) all += one + " ";
    check(actual == expected, "received " + all);
}

// The broker's error condition.
class Refused : public std::runtime_error {
  public:
    explicit Refused(const proton::error_condition& condition)
        : std::runtime_error(condition.what()), name(condition.name()), description(condition.description()) {}
    std::string name;
    std::string description;
};

Refused refusal(const std::function<void()>& what);

class Inbox;
class Outbox;

// A connection, served by a thread of its own.
class Peer : public proton::messaging_handler {
  public:
    explicit Peer(proton::connection_options options = proton::connection_options(), const std::string& url = "",
                  const std::string& container_id = "");
    ~Peer();

    void close();
    // Runs something on the connection's thread, where Proton's objects may be touched.
    void perform(const std::function<void()>& what);
    // Waits until something holds that the connection's thread changes.
    void wait(const std::function<bool()>& condition, const std::string& what);
    void idle(int millis);
    std::string mechanism();

    std::shared_ptr<Inbox> inbox(const std::string& address, proton::source_options source = proton::source_options(),
                                 const std::string& name = "", proton::session session = proton::session(),
                                 proton::receiver_options options = proton::receiver_options());
    std::shared_ptr<Outbox> outbox(const std::string& address, proton::target_options target = proton::target_options(),
                                   const std::string& name = "", proton::session session = proton::session(),
                                   proton::sender_options options = proton::sender_options());
    // To a node the broker makes.
    std::shared_ptr<Outbox> dynamic_outbox(proton::target_options target);
    void send(const std::string& address, const std::vector<std::string>& bodies);

    void on_connection_open(proton::connection&) override;
    void on_connection_close(proton::connection&) override;
    void on_connection_error(proton::connection&) override;
    void on_transport_error(proton::transport&) override;
    void on_error(const proton::error_condition&) override {}

    void changed(const std::function<void()>& change);

    proton::connection connection;
    int opened = 0;
    // Whether the loss of a connection is for the client to mend.
    bool reconnects = false;
    std::unique_ptr<Refused> lost;

  private:
    std::mutex mutex_;
    std::condition_variable condition_;
    proton::container container_;
    std::thread thread_;
    bool closed_ = false;
    std::string mechanism_;
    // Proton calls them as long as there is a connection.
    std::vector<std::shared_ptr<proton::messaging_handler>> links_;
};

struct Received {
    proton::message message;
    int number;
};

// A receiver that is asked for messages one by one.
class Inbox : public proton::messaging_handler {
  public:
    Inbox(Peer& p, const std::string& a) : peer(p), address(a) {}

    // Fails with the reason where it is refused.
    void open(proton::source_options, const std::string& name, proton::session, proton::receiver_options);
    void credit(int count);
    // What comes without being asked for.
    Received take();
    Received next();
    std::string body();
    std::vector<std::string> bodies(int count);
    // Whether the broker has nothing for this link.
    bool empty(int count = 1);
    void settle(const Received&, const std::function<void(proton::delivery&)>& outcome);
    void accept(const Received&);
    void close();
    void detach();

    void on_receiver_open(proton::receiver&) override;
    void on_receiver_error(proton::receiver&) override;
    void on_receiver_close(proton::receiver&) override;
    void on_receiver_detach(proton::receiver&) override;
    void on_receiver_drain_finish(proton::receiver&) override;
    void on_message(proton::delivery&, proton::message&) override;

    Peer& peer;
    proton::receiver link;
    std::string address;
    std::deque<Received> arrived;
    std::unique_ptr<Refused> gone;

  private:
    std::map<int, proton::delivery> deliveries_;
    int count_ = 0;
    bool opened_ = false;
    bool closed_ = false;
    bool detached_ = false;
    bool drained_ = false;
};

// A sender that waits for the outcome of each message.
class Outbox : public proton::messaging_handler {
  public:
    Outbox(Peer& p, const std::string& a) : peer(p), address(a) {}

    // Fails with the reason where it is refused.
    void open(proton::target_options, const std::string& name, proton::session, proton::sender_options, bool dynamic);
    enum proton::transfer::state outcome(const proton::message&);
    void accepted(const std::vector<proton::message>&);
    void settled(const proton::message&);
    void close();
    void detach();

    void on_sender_open(proton::sender&) override;
    void on_sender_error(proton::sender&) override;
    void on_sender_close(proton::sender&) override;
    void on_sender_detach(proton::sender&) override;
    void on_sendable(proton::sender&) override;
    void on_tracker_settle(proton::tracker&) override;

    Peer& peer;
    proton::sender link;
    std::string address;
    std::unique_ptr<Refused> gone;

  private:
    void await_credit();
    std::map<std::string, enum proton::transfer::state> outcomes_;
    int count_ = 0;
    bool opened_ = false;
    bool closed_ = false;
    bool detached_ = false;
};

proton::message text(const std::string& body);
proton::message durable(const std::string& body);
// A described value, as filters and lifetime policies are.
proton::value described(const proton::value& descriptor, const proton::value& value);
// Waits for a message of the dead-letter queue that was in another queue.
proton::message dead_letter(Peer&, const std::string& address);
// Has the broker stopped and started again.
void restart_broker();
