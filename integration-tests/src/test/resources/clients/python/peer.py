"""What the checks share: connections, links and messages of Qpid Proton's Python binding."""
import collections
import uuid

from proton import Array, Described, Endpoint, Message, symbol, ulong, UNDESCRIBED, Data
from proton.handlers import MessagingHandler
from proton.reactor import Container, LinkOption
from proton.utils import BlockingConnection

WAIT_SECONDS = 20

scene = {}


class Refused(Exception):
    """The broker's error condition."""

    def __init__(self, condition):
        super().__init__(str(condition))
        self.name = condition.name if condition else None
        self.description = condition.description if condition else None


class Peer:
    """A connection."""

    def __init__(self, port=None, scheme="amqp", host=None, container_id=None, **options):
        container = Container()
        if container_id:
            container.container_id = container_id
        url = "%s://%s:%s" % (scheme, host or scene["host"], port or scene["port"])
        self.blocking = BlockingConnection(url, timeout=WAIT_SECONDS, container=container, **options)
        self.container = container
        self.connection = self.blocking.conn

    def wait(self, condition, what):
        self.blocking.wait(condition, timeout=WAIT_SECONDS, msg=what)

    def idle(self, seconds):
        """Lets time pass; the connection is served meanwhile."""
        over = []

        class Alarm:
            def on_timer_task(self, event):
                over.append(True)

        self.container.schedule(seconds, Alarm())
        while not over:
            self.container.process()
            if self.blocking.disconnected:
                raise AssertionError("disconnected: %s" % self.blocking.disconnected)

    def close(self):
        self.blocking.close()

    def session(self):
        session = self.connection.session()
        session.open()
        return session

    def inbox(self, source=None, name=None, options=(), dynamic=False, session=None):
        # The binding names links after their address; two links of one address are not one link here.
        return Inbox(self, source, name or str(uuid.uuid4()), list(options), dynamic, session or self.connection)

    def outbox(self, target=None, name=None, options=(), session=None):
        return Outbox(self, target, name or str(uuid.uuid4()), list(options), session or self.connection)

    def send(self, address, *bodies):
        out = self.outbox(address)
        for body in bodies:
            out.accepted(Message(body=body, durable=True))
        out.close()


class LinkHandler(MessagingHandler):
    def __init__(self, peer):
        super().__init__(prefetch=0, auto_accept=False, auto_settle=True, peer_close_is_error=False)
        self.peer = peer
        self.link = None
        self.detached = False
        self.gone = None

    def on_link_error(self, event):
        self.gone = Refused(event.link.remote_condition)
        event.link.close()

    def on_link_closed(self, event):
        self.gone = self.gone or Refused(None)

    def on_link_remote_detach(self, event):
        self.detached = True

    def open(self, link):
        """Waits for the answer; fails with the reason where it is refused."""
        self.link = link
        self.peer.wait(lambda: self.gone or link.state & Endpoint.REMOTE_ACTIVE, "attach")
        terminus = link.remote_source if link.is_receiver else link.remote_target
        if terminus.type == 0:
            self.peer.wait(lambda: self.gone, "reason for the refusal")
        if self.gone:
            raise self.gone

    def close(self):
        self.link.close()
        self.peer.wait(lambda: self.gone or self.link.state & Endpoint.REMOTE_CLOSED, "close")
        self.link.free()

    def detach(self):
        self.link.detach()
        self.peer.wait(lambda: self.detached, "detach")
        self.link.free()


class Inbox(LinkHandler):
    """A receiver that is asked for messages one by one."""

    def __init__(self, peer, source, name, options, dynamic, context):
        super().__init__(peer)
        self.arrived = collections.deque()
        self.settled = []
        self.open(peer.container.create_receiver(
            context, source, name=name, dynamic=dynamic, handler=self, options=options))

    def on_message(self, event):
        self.arrived.append((event.message, event.delivery))

    def on_settled(self, event):
        self.settled.append(event.delivery)

    def take(self):
        """What comes without being asked for."""
        self.peer.wait(lambda: self.arrived or self.gone, "message")
        if self.gone:
            raise self.gone
        return self.arrived.popleft()

    def next(self):
        self.link.flow(1)
        return self.take()

    def body(self):
        message, delivery = self.next()
        self.accept(delivery)
        return message.body

    def bodies(self, count):
        return [self.body() for _ in range(count)]

    def empty(self, credit=1):
        """Whether the broker has nothing for this link."""
        self.link.drain(credit)
        self.peer.wait(lambda: not self.link.draining(), "drained")
        return not self.arrived

    def modify(self, delivery, failed=False, undeliverable=False, annotations=None):
        delivery.local.failed = failed
        delivery.local.undeliverable = undeliverable
        if annotations:
            delivery.local.annotations = annotations
        self.settle(delivery, delivery.MODIFIED)


class Outbox(LinkHandler):
    """A sender that waits for the outcome of each message."""

    def __init__(self, peer, target, name, options, context):
        super().__init__(peer)
        self.outcomes = {}
        self.open(peer.container.create_sender(context, target, name=name, handler=self, options=options))

    def on_settled(self, event):
        delivery = event.delivery
        self.outcomes[delivery.tag] = (delivery.remote_state, delivery.remote.condition)

    def outcome(self, message):
        self.peer.wait(lambda: self.link.credit > 0, "credit")
        tag = self.link.send(message).tag
        self.peer.wait(lambda: self.gone or tag in self.outcomes, "outcome")
        if self.gone:
            raise self.gone
        return self.outcomes.pop(tag)

    def accepted(self, *messages):
        for message in messages:
            state, condition = self.outcome(message)
            assert str(state) == "ACCEPTED", "%s %s" % (state, condition)


def symbols(*names):
    return Array(UNDESCRIBED, Data.SYMBOL, *[symbol(name) for name in names])


class Capabilities(LinkOption):
    """Of the node a link wants."""

    def __init__(self, *names):
        self.names = names

    def apply(self, link):
        node = link.source if link.is_receiver else link.target
        node.capabilities.put_object(symbols(*self.names))


class Change(LinkOption):
    """Whatever else is set on a link before it is opened."""

    def __init__(self, change):
        self.apply = change


def filtered(descriptor, value):
    return Described(ulong(descriptor) if isinstance(descriptor, int) else symbol(descriptor), value)


def refusal(what, *arguments, **options):
    try:
        what(*arguments, **options)
    except Refused as refused:
        return refused
    raise AssertionError("it was not refused")


def dead_letter(peer, address):
    """Waits for a message of the dead-letter queue that was in another queue."""
    dead = peer.inbox("DLQ")
    while True:
        message, delivery = dead.next()
        dead.accept(delivery)
        if message.annotations["x-opt-dead-letter-queue"] == address:
            return message


def kill_broker():
    """Has the broker killed and started again."""
    print("kill-broker", flush=True)
    assert input() == "restarted"


def equal(actual, expected, what=""):
    if actual != expected or type(actual) is not type(expected):
        raise AssertionError("%s: %r (%s) is not %r (%s)" % (
            what, actual, type(actual).__name__, expected, type(expected).__name__))
