// Logging in, and what keeps a connection going.
#include "peer.hpp"

using proton::connection_options;

static void round_trip(Peer& peer, const std::string& body = "hello") {
    auto box = peer.inbox(scene["address"]);
    peer.send(scene["address"], {body});
    check(box->body() == body, "another body came");
    box->close();
}

static connection_options login(const std::string& mechanism, const std::string& password = "guest") {
    return connection_options().user("guest").password(password).sasl_allowed_mechs(mechanism).sasl_allow_insecure_mechs(true);
}

static void anonymous() {
    Peer peer;
    round_trip(peer);
    Peer bare(connection_options().sasl_enabled(false));
    round_trip(bare);
}

static void plain() {
    Peer peer(login("PLAIN"));
    expect(peer.mechanism(), "PLAIN");
    round_trip(peer);
}

static void wrong_password() {
    Refused refused = refusal([] { Peer peer(login("PLAIN", "wrong")); });
    check(std::string(refused.what()).find("uthent") != std::string::npos, refused.what());
}

static std::string tls_url() { return "amqps://localhost:" + scene["tls"]; }

static void tls() {
    Peer peer(login("PLAIN").ssl_client_options(proton::ssl_client_options(scene["authority"])), tls_url());
    round_trip(peer);
    refusal([] { Peer other(login("PLAIN").ssl_client_options(proton::ssl_client_options(scene["certificate"])), tls_url()); });
}

static void external() {
    proton::ssl_certificate anna(scene["certificate"], scene["key"]);
    Peer peer(connection_options()
                  .sasl_allowed_mechs("EXTERNAL")
                  .ssl_client_options(proton::ssl_client_options(anna, scene["authority"])),
              tls_url());
    expect(peer.mechanism(), "EXTERNAL");
    round_trip(peer);
}

static void sessions() {
    Peer peer;
    std::vector<proton::session> all;
    peer.perform([&] {
        for (int i = 0; i < 3; i++) all.push_back(peer.connection.open_session());
    });
    std::vector<std::shared_ptr<Inbox>> boxes;
    std::vector<std::shared_ptr<Outbox>> outs;
    for (int i = 0; i < 3; i++) {
        boxes.push_back(peer.inbox(scene["address"] + std::to_string(i), {}, "", all[i]));
        outs.push_back(peer.outbox(scene["address"] + std::to_string((i + 1) % 3), {}, "", all[i]));
    }
    for (int i = 0; i < 3; i++) outs[i]->accepted({text("from " + std::to_string(i))});
    for (int i = 0; i < 3; i++) expect(boxes[i]->body(), "from " + std::to_string((i + 2) % 3));
    peer.perform([&] { all[0].close(); });
    outs[1]->accepted({text("still there")});
}

static void heartbeats() {
    Peer peer(connection_options().idle_timeout(proton::duration(1500)));
    peer.idle(2500);
    round_trip(peer);
}

static void small_frames() {
    Peer peer(connection_options().max_frame_size(512));
    round_trip(peer, std::string(100000, 'x'));
}

static void container_id() {
    connection_options sole;
    sole.desired_capabilities({"sole-connection-for-container"});
    Peer first(sole, "", scene["address"]);
    Refused refused = refusal([&] {
        Peer second(sole, "", scene["address"]);
        second.wait([] { return false; }, "refusal");
    });
    expect(refused.name, "amqp:invalid-field");
    round_trip(first);
    first.close();
    Peer third(sole, "", scene["address"]);
    round_trip(third);
}

static void reconnect() {
    proton::reconnect_options again;
    again.delay(proton::duration(50)).max_delay(proton::duration(200));
    Peer peer(connection_options().reconnect(again));
    auto out = peer.outbox(scene["address"]);
    out->accepted({durable("before")});
    peer.reconnects = true;
    restart_broker();
    peer.wait([&] { return peer.opened == 2; }, "the next connection");
    out->accepted({durable("after")});
    auto box = peer.inbox(scene["address"]);
    expect(box->bodies(2), {"before", "after"});
    check(box->empty(), "there is more");
}

void connection_checks(Checks& checks) {
    checks["anonymous"] = anonymous;
    checks["plain"] = plain;
    checks["wrong-password"] = wrong_password;
    checks["tls"] = tls;
    checks["external"] = external;
    checks["sessions"] = sessions;
    checks["heartbeats"] = heartbeats;
    checks["small-frames"] = small_frames;
    checks["container-id"] = container_id;
    checks["reconnect"] = reconnect;
}
