"""Messages on their way, and what their receiver says of them."""
import time
import uuid

from proton import (Array, Condition, Data, Described, Message, UNDESCRIBED, byte, char, decimal32, decimal64, decimal128, float32,
                    int32, short, symbol, timestamp, ubyte, uint, ulong, ushort)
from proton.reactor import AtMostOnce, LinkOption

from peer import Peer, dead_letter, equal, scene


def there(*messages):
    peer = Peer()
    peer.outbox(scene["address"]).accepted(*messages)
    return peer, peer.inbox(scene["address"])


def check_send_receive():
    bodies = ["message %d" % i for i in range(200)]
    _, box = there(*[Message(body=body, durable=True) for body in bodies])
    equal(box.bodies(200), bodies)
    assert box.empty()


def check_sent_settled():
    peer = Peer()
    out = peer.outbox(scene["address"], options=[AtMostOnce()])
    peer.wait(lambda: out.link.credit > 0, "credit")
    for body in ("a", "b", "c"):
        out.link.send(Message(body=body, durable=True))
    box = peer.inbox(scene["address"])
    equal(box.bodies(3), ["a", "b", "c"])
    assert box.empty()


def check_received_settled():
    peer = Peer()
    peer.send(scene["address"], "a", "b")
    box = peer.inbox(scene["address"], options=[AtMostOnce()])
    for body in ("a", "b"):
        message, delivery = box.next()
        equal(message.body, body)
        assert delivery.settled
    peer.close()
    assert Peer().inbox(scene["address"]).empty()


def check_settle_second():
    class Second(LinkOption):
        def apply(self, link):
            link.rcv_settle_mode = link.RCV_SECOND

    peer = Peer()
    peer.send(scene["address"], "a", "b")
    box = peer.inbox(scene["address"], options=[Second()])
    for body in ("a", "b"):
        message, delivery = box.next()
        equal(message.body, body)
        delivery.update(delivery.ACCEPTED)
        peer.wait(lambda: delivery.settled, "settlement by the broker")
        delivery.settle()
    assert box.empty()


def check_body_data():
    bytes_ = bytes(range(256))
    _, box = there(Message(body=bytes_, inferred=True), Message(body=b"", inferred=True))
    message, delivery = box.next()
    assert message.inferred
    equal(message.body, bytes_)
    box.accept(delivery)
    equal(box.body(), b"")


VALUES = [
    None, True, False, ubyte(255), ushort(65535), uint(4294967295), uint(0), ulong(18446744073709551615), ulong(0), byte(-128),
    short(-32768), int32(-2147483648), -9223372036854775808, 9223372036854775807, float32(1.5), 0.1, decimal32(0x12345678),
    decimal64(0x123456789ABCDEF0), decimal128(bytes(range(16))), char("\U0001D11E"), timestamp(1700000000123),
    uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"), bytes(300), "ä€\U0001D11E", "x" * 70000, "", symbol("symbol"),
    ["one", 2, [3, None], {"four": True}], [], {"text": "ä€\U0001D11E", "number": 7, "nested": {"list": [1, 2]}}, {},
    Array(UNDESCRIBED, Data.INT, 1, 2, 300), Described(symbol("a:descriptor"), "value"), Described(ulong(77), [1, "two"]),
]


def check_body_value():
    _, box = there(*[Message(body=value, inferred=False) for value in VALUES])
    for value in VALUES:
        equal(box.body(), value)
    assert box.empty()


def check_body_sequence():
    _, box = there(Message(body=["one", 2, True, None], inferred=True))
    message, delivery = box.next()
    assert message.inferred
    equal(message.body, ["one", 2, True, None])
    box.accept(delivery)


def check_properties():
    sent = dict(
        durable=True, priority=7, id="id-1", user_id=b"guest", address=scene["address"], subject="a subject", reply_to="answers",
        correlation_id=uuid.UUID(int=9), content_type="text/plain", content_encoding="identity", expiry_time=4000000000.0,
        creation_time=1700000000.123, group_id="group", group_sequence=7, reply_to_group_id="other",
        annotations={symbol("x-opt-mine"): "kept", symbol("x-opt-number"): ulong(7)},
        properties={
            "text": "ä€\U0001D11E", "long": 42, "int": int32(-5), "fraction": 0.1, "flag": True, "nothing": None, "ulong": ulong(3),
            "uuid": uuid.UUID(int=3), "bytes": b"\0\1\xff", "char": char("x"), "symbol": symbol("s"), "time": timestamp(5),
        },
        body="with all")
    _, box = there(Message(ttl=600, **sent))
    message, delivery = box.next()
    for field, value in sent.items():
        actual = getattr(message, field)
        assert actual == value, "%s: %r is not %r" % (field, actual, value)
    for name, value in sent["properties"].items():
        equal(message.properties[name], value, name)
    assert 500 < message.ttl <= 600, message.ttl
    box.accept(delivery)


def check_large():
    body = b"".join(i.to_bytes(4, "big") for i in range((10 << 20) // 4))
    _, box = there(Message(body=body, inferred=True, durable=True))
    assert box.body() == body
    assert box.empty()


def check_aborted():
    peer = Peer()
    out = peer.outbox(scene["address"])
    peer.wait(lambda: out.link.credit > 0, "credit")
    aborted = out.link.delivery("aborted")
    out.link.stream(Message(body=bytes(200000), inferred=True).encode()[:150000])
    peer.wait(lambda: out.link.session.outgoing_bytes == 0, "the first half to leave")
    aborted.abort()
    out.accepted(Message(body="whole", durable=True))
    box = peer.inbox(scene["address"])
    equal(box.body(), "whole")
    assert box.empty()


def check_priority():
    _, box = there(*[Message(body="%d-%d" % (p, n), priority=p) for n in range(2) for p in range(10)])
    equal(box.bodies(20), ["%d-%d" % (p, n) for p in range(9, -1, -1) for n in range(2)])


def check_time_to_live():
    peer, box = there(Message(body="short", ttl=0.001), Message(body="long", ttl=600))
    peer.idle(0.02)
    equal(box.body(), "long")
    assert box.empty()


def check_scheduled():
    begun = int(time.time() * 1000)
    earliest = {"now": 0, "after a while": begun + 300, "at a time": begun + 700}
    _, box = there(
        Message(body="at a time", annotations={symbol("x-opt-delivery-time"): earliest["at a time"]}),
        Message(body="after a while", annotations={symbol("x-opt-delivery-delay"): 300}),
        Message(body="now"))
    while earliest:
        body = box.body()
        assert time.time() * 1000 >= earliest.pop(body), body + " came too early"


def check_accepted():
    peer, box = there(Message(body="a"), Message(body="b"))
    equal(box.bodies(2), ["a", "b"])
    peer.close()
    assert Peer().inbox(scene["address"]).empty()


def again(outcome, count):
    _, box = there(Message(body="a"), Message(body="b"))
    _, delivery = box.next()
    outcome(box, delivery)
    message, delivery = box.next()
    equal(message.body, "a")
    equal(message.delivery_count, count)
    box.accept(delivery)
    equal(box.body(), "b")


def check_released():
    again(lambda box, delivery: box.release(delivery, delivered=False), 0)


def check_modified():
    again(lambda box, delivery: box.modify(delivery, failed=True), 1)


def check_rejected():
    peer, box = there(Message(body="bad"))
    _, delivery = box.next()
    delivery.local.condition = Condition("app:broken", "no such customer")
    box.settle(delivery, delivery.REJECTED)
    dead = dead_letter(peer, scene["address"])
    equal(dead.body, "bad")
    equal(dead.annotations["x-opt-dead-letter-reason"], "rejected")
    equal(dead.annotations["x-opt-dead-letter-condition"], "app:broken")
    equal(dead.annotations["x-opt-dead-letter-description"], "no such customer")


def check_undeliverable_here():
    _, box = there(Message(body="a"))
    _, delivery = box.next()
    other = Peer().inbox(scene["address"])
    box.modify(delivery, undeliverable=True)
    assert box.empty()
    equal(other.body(), "a")


def check_modified_annotations():
    _, box = there(Message(body="a", annotations={symbol("x-opt-old"): "kept"}))
    _, delivery = box.next()
    box.modify(delivery, failed=True, annotations={symbol("x-opt-new"): "added"})
    message, delivery = box.next()
    equal(message.annotations["x-opt-old"], "kept")
    equal(message.annotations["x-opt-new"], "added")
    box.accept(delivery)


def check_redelivered():
    """The binding sets no default outcome: what is given back on a close was not a failure."""
    peer, box = there(Message(body="a"), Message(body="b"))
    box.close()
    first = Peer()
    equal(first.inbox(scene["address"]).next()[0].body, "a")
    first.close()
    box = peer.inbox(scene["address"])
    message, delivery = box.next()
    equal(message.body, "a")
    equal(message.delivery_count, 0)
    box.accept(delivery)
    equal(box.body(), "b")


def check_refused():
    state, condition = Peer().outbox(None).outcome(Message(address="$nowhere", body="x"))
    equal(str(state), "REJECTED")
    equal(condition.name, "amqp:not-found")
    assert "$nowhere" in condition.description
