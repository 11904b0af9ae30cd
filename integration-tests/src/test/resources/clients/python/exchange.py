"""Messages for the other clients, and from them: the same set whoever sends it."""
from proton import Message, int32

from peer import Peer, equal, scene

LIST = ["one", int32(2), 3.5, True]
MAP = {"text": "ä€\U0001D11E", "int": int32(-7), "long": 1099511627776, "flag": True, "double": 0.5, "bytes": b"\0\1\xff"}
PROPERTIES = {"text": "ä€\U0001D11E", "int": int32(42), "long": 1099511627776, "flag": True, "double": 0.1}


def send_bodies():
    Peer().outbox(scene["address"]).accepted(
        Message(subject="data", body=bytes(range(256)), inferred=True),
        Message(subject="text", body="ä€\U0001D11E"),
        Message(subject="map", body=MAP),
        Message(subject="list", body=LIST),
        Message(subject="sequence", body=LIST, inferred=True),
        Message(subject="empty", body=None),
        Message(subject="properties", body="properties", correlation_id="correlation-1", reply_to="answers", group_id="group",
                group_sequence=7, properties=PROPERTIES),
        Message(subject="end", body="end"))


def same(actual, expected):
    """Value and type, inside as well."""
    equal(actual, expected)
    pairs = actual.items() if isinstance(actual, dict) else enumerate(actual)
    for key, value in pairs:
        equal(value, expected[key], key)


def check(message):
    if message.subject == "data":
        assert message.inferred
        equal(message.body, bytes(range(256)))
    elif message.subject == "text":
        equal(message.body, "ä€\U0001D11E")
    elif message.subject == "map":
        same(message.body, MAP)
    elif message.subject in ("list", "sequence"):
        equal(message.inferred, message.subject == "sequence")
        same(message.body, LIST)
    elif message.subject == "empty":
        equal(message.body, None)
    elif message.subject == "properties":
        equal((message.body, message.correlation_id, message.reply_to, message.group_id, int(message.group_sequence)),
              ("properties", "correlation-1", "answers", "group", 7))
        for key, value in PROPERTIES.items():
            equal(message.properties[key], value, key)
    else:
        raise AssertionError(message)


def receive_bodies():
    box = Peer().inbox(scene["address"])
    count = 0
    while True:
        message, delivery = box.next()
        box.accept(delivery)
        if message.subject == "end":
            break
        check(message)
        count += 1
    print("received", count)
