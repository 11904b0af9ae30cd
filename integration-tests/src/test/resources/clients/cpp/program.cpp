// Qpid Proton C++, unmodified, against a started broker: `program features`, or `program FEATURE key=value...`.
#include "peer.hpp"

#include <cstdlib>
#include <iostream>

static const std::map<std::string, std::string> CANNOT = {
    {"scram", "has no SCRAM as Debian builds it"},
    {"websocket", "has no WebSocket"},
    {"settle-second", "cannot ask to settle second"},
    {"aborted", "cannot give up a message half-way"},
    {"modified", "its modified says nothing more, not that the delivery failed"},
    {"undeliverable-here", "its modified says nothing more, not that the delivery failed"},
    {"modified-annotations", "its modified says nothing more, not that the delivery failed"},
    {"commit", "has no transactions in the version that Debian ships"},
    {"rollback", "has no transactions in the version that Debian ships"},
};

static std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result + "\"";
}

static int say(const std::string& task, bool passed, const std::string& why) {
    std::cout << "{\"feature\": " << quoted(task) << ", \"passed\": " << (passed ? "true" : "false")
              << (passed ? "" : ", \"why\": " + quoted(why)) << "}" << std::endl;
    return passed ? 0 : 1;
}

int main(int argc, char** argv) {
    std::string task = argv[1];
    Checks features;
    connection_checks(features);
    message_checks(features);
    receiver_checks(features);
    node_checks(features);
    if (task == "features") {
        for (const auto& feature : features) std::cout << "can " << feature.first << std::endl;
        for (const auto& feature : CANNOT) std::cout << "cannot " << feature.first << " " << feature.second << std::endl;
        return 0;
    }
    exchange_tasks(features);
    for (int i = 2; i < argc; i++) {
        std::string option = argv[i];
        scene[option.substr(0, option.find('='))] = option.substr(option.find('=') + 1);
    }
    try {
        features.at(task)();
    } catch (const std::exception& e) {
        // Threads of connections may still run; there is nothing to wait for.
        std::_Exit(say(task, false, e.what()));
    }
    std::_Exit(say(task, true, ""));
}
