"""Logging in, and what keeps a connection going."""
from proton import ConnectionException, Message, SSLDomain
from proton.handlers import MessagingHandler
from proton.reactor import Container
from proton.utils import ConnectionClosed

from peer import Peer, equal, kill_broker, scene, symbols


def round_trip(peer, body="hello"):
    box = peer.inbox(scene["address"])
    peer.send(scene["address"], body)
    equal(box.body(), body)
    box.close()


def check_anonymous():
    round_trip(Peer())
    round_trip(Peer(sasl_enabled=False))


def login(mechanism, password="guest", **options):
    return Peer(user="guest", password=password, allowed_mechs=mechanism, allow_insecure_mechs=True, **options)


def mechanism_of(peer):
    return peer.connection.transport.sasl().mech


def check_plain():
    peer = login("PLAIN")
    equal(mechanism_of(peer), "PLAIN")
    round_trip(peer)


def check_wrong_password():
    try:
        login("PLAIN", "wrong")
    except ConnectionException as refused:
        assert "auth" in str(refused).lower(), refused
    else:
        raise AssertionError("it was not refused")


def trusting(authority):
    domain = SSLDomain(SSLDomain.MODE_CLIENT)
    domain.set_trusted_ca_db(authority)
    domain.set_peer_authentication(SSLDomain.VERIFY_PEER_NAME)
    return domain


def check_tls():
    peer = login("PLAIN", port=scene["tls"], scheme="amqps", host="localhost", ssl_domain=trusting(scene["authority"]))
    round_trip(peer)
    try:
        login("PLAIN", port=scene["tls"], scheme="amqps", host="localhost", ssl_domain=trusting(scene["certificate"]))
    except ConnectionException:
        return
    raise AssertionError("a certificate of nobody it trusts is good enough")


def check_external():
    domain = trusting(scene["authority"])
    domain.set_credentials(scene["certificate"], scene["key"], None)
    peer = Peer(port=scene["tls"], scheme="amqps", host="localhost", ssl_domain=domain, allowed_mechs="EXTERNAL")
    equal(mechanism_of(peer), "EXTERNAL")
    round_trip(peer)


def check_sessions():
    peer = Peer()
    sessions = [peer.session() for _ in range(3)]
    boxes = [peer.inbox("%s.%d" % (scene["address"], i), session=s) for i, s in enumerate(sessions)]
    outs = [peer.outbox("%s.%d" % (scene["address"], (i + 1) % 3), session=s) for i, s in enumerate(sessions)]
    for i, out in enumerate(outs):
        out.accepted(Message(body="from %d" % i))
    equal([box.body() for box in boxes], ["from 2", "from 0", "from 1"])
    sessions[0].close()
    peer.wait(lambda: sessions[0].state & sessions[0].REMOTE_CLOSED, "end")
    outs[1].accepted(Message(body="still there"))


def check_heartbeats():
    peer = Peer(heartbeat=2)
    peer.idle(3)
    round_trip(peer)


def check_small_frames():
    round_trip(Peer(max_frame_size=512), "x" * 100000)


def check_container_id():
    def sole(capabilities=symbols("sole-connection-for-container")):
        return Peer(container_id=scene["address"], desired_capabilities=capabilities)

    # A list of strings is what users of this client write, and no symbols.
    first = sole(["sole-connection-for-container"])
    try:
        second = sole()
        second.wait(lambda: False, "refusal")
    except ConnectionClosed as refused:
        equal(refused.condition, "amqp:invalid-field")
    else:
        raise AssertionError("it was not refused")
    round_trip(first)
    first.close()
    round_trip(sole())


def check_reconnect():
    """
    With Proton's own container, which connects again by itself and attaches its links again. Here the broker is killed: from one that
    is stopped and says so (amqp:connection:forced), the binding waits for its own idle time-out before it connects again.
    """

    class Application(MessagingHandler):
        def __init__(self):
            super().__init__(prefetch=10, auto_accept=True)
            self.connection = None
            self.opened = 0
            self.sent = 0
            self.received = []

        def on_start(self, event):
            self.connection = event.container.connect("amqp://%s:%s" % (scene["host"], scene["port"]))
            event.container.create_sender(self.connection, scene["address"])

        def on_connection_opened(self, event):
            self.opened += 1

        def on_sendable(self, event):
            if self.sent < self.opened:
                event.sender.send(Message(body="message %d" % self.sent, durable=True))
                self.sent += 1

        def on_accepted(self, event):
            if self.sent == 1:
                kill_broker()
            else:
                event.container.create_receiver(self.connection, scene["address"])

        def on_transport_error(self, event):
            pass  # it connects again

        def on_message(self, event):
            self.received.append(event.message.body)
            if len(self.received) == 2:
                self.connection.close()

    application = Application()
    Container(application).run()
    equal(application.received, ["message 0", "message 1"])
