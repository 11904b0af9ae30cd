"""Nodes that are not plain queues."""
import threading

from proton import Message, Terminus, symbol
from proton.reactor import DurableSubscription, DynamicNodeProperties, Filter, Selector
from proton.utils import SyncRequestResponse

from peer import Capabilities, Change, Peer, equal, filtered, refusal, scene

TOPIC = Capabilities("topic")


def gone(peer, address):
    state, condition = peer.outbox(None).outcome(Message(address=address, body="x"))
    equal(str(state), "REJECTED")
    equal(condition.name, "amqp:not-found")


def check_anonymous_terminus():
    peer = Peer()
    out = peer.outbox(None)
    for n in range(3):
        out.accepted(Message(address="%s.%d" % (scene["address"], n), body="to %d" % n))
    for n in range(3):
        equal(peer.inbox("%s.%d" % (scene["address"], n)).body(), "to %d" % n)


def synchronous_call():
    """The class Proton has for it, which opens a node of its own."""
    address = scene["address"] + ".call"
    server = Peer()
    requests, answers = server.inbox(address), server.outbox(None)

    def serve():
        request, delivery = requests.next()
        answers.accepted(Message(address=request.reply_to, correlation_id=request.correlation_id, body="answer"))
        requests.accept(delivery)

    thread = threading.Thread(target=serve)
    thread.start()
    equal(SyncRequestResponse(Peer().blocking, address).call(Message(body="ask")).body, "answer")
    thread.join()


def check_request_reply():
    server, client = Peer(), Peer()
    requests, answers = server.inbox(scene["address"]), server.outbox(None)
    replies = client.inbox(dynamic=True)
    reply_to = replies.link.remote_source.address
    assert reply_to, "the node has no address"
    out = client.outbox(scene["address"])
    for id_ in ("one", "two"):
        out.accepted(Message(body="ask " + id_, reply_to=reply_to, correlation_id=id_))
        request, delivery = requests.next()
        answers.accepted(Message(address=request.reply_to, correlation_id=request.correlation_id, body="answer " + id_))
        requests.accept(delivery)
        reply, delivery = replies.next()
        equal((reply.correlation_id, reply.body), (id_, "answer " + id_))
        replies.accept(delivery)
    assert refusal(server.inbox, reply_to).name, "another connection reads the replies"
    synchronous_call()
    client.close()
    gone(server, reply_to)


def dynamic_target(peer, capability):
    def change(link):
        link.target.dynamic = True
        link.target.expiry_policy = Terminus.EXPIRE_WITH_LINK

    out = peer.outbox(None, options=[
        Change(change), DynamicNodeProperties({"lifetime-policy": filtered(0x2B, [])}), Capabilities(capability)])
    return out, out.link.remote_target.address


def check_temporary_queue():
    peer = Peer()
    out, address = dynamic_target(peer, "temporary-queue")
    out.accepted(Message(body="a"), Message(body="b"))
    box = peer.inbox(address, options=[Capabilities("temporary-queue")])
    equal(box.bodies(2), ["a", "b"])
    box.close()
    out.close()
    gone(peer, address)


def check_temporary_topic():
    peer = Peer()
    out, address = dynamic_target(peer, "temporary-topic")
    boxes = [peer.inbox(address, options=[Capabilities("temporary-topic")]) for _ in range(2)]
    out.accepted(Message(body="to all"))
    equal([box.body() for box in boxes], ["to all", "to all"])


def publisher(peer=None, address=None):
    return (peer or Peer()).outbox(address or scene["address"], options=[TOPIC])


def check_topic():
    peer = Peer()
    out = publisher(peer)
    out.accepted(Message(body="nobody hears"))
    boxes = [p.inbox(scene["address"], options=[TOPIC]) for p in (peer, Peer())]
    out.accepted(Message(body="a", durable=True), Message(body="b", durable=True))
    for box in boxes:
        equal(box.bodies(2), ["a", "b"])
        assert box.empty()


def check_topic_wildcards():
    peer = Peer()
    one = peer.inbox(scene["address"] + ".*", options=[TOPIC])
    any_ = peer.inbox(scene["address"] + ".#", options=[TOPIC])
    for name in ("a", "b", "a.b"):
        publisher(peer, scene["address"] + "." + name).accepted(Message(body=name))
    equal(one.bodies(2), ["a", "b"])
    assert one.empty()
    equal(any_.bodies(3), ["a", "b", "a.b"])


def check_topic_selector():
    peer = Peer()
    box = peer.inbox(scene["address"], options=[TOPIC, Selector("colour = 'red'")])
    out = publisher(peer)
    for colour in ("red", "blue", "red"):
        out.accepted(Message(body=colour, properties={"colour": colour}))
    equal(box.bodies(2), ["red", "red"])
    assert box.empty()


def check_no_local():
    peer = Peer()
    no_local = Filter({symbol("no-local"): filtered(0x468C00000003, [])})
    box = peer.inbox(scene["address"], options=[TOPIC, no_local])
    publisher(peer).accepted(Message(body="mine"))
    publisher().accepted(Message(body="theirs"))
    equal(box.body(), "theirs")
    assert box.empty()


DURABLE = [TOPIC, DurableSubscription()]


def check_durable_subscription():
    away = Peer(container_id=scene["address"])
    away.inbox(scene["address"], name="news", options=DURABLE).detach()
    away.close()
    publisher().accepted(Message(body="a", durable=True), Message(body="b", durable=True))
    back = Peer(container_id=scene["address"]).inbox(scene["address"], name="news", options=DURABLE)
    equal(back.bodies(2), ["a", "b"])
    assert back.empty()


def check_unsubscribe():
    def unspecified(link):
        link.source.type = Terminus.UNSPECIFIED

    peer = Peer(container_id=scene["address"])
    peer.inbox(scene["address"], name="news", options=DURABLE).detach()
    publisher().accepted(Message(body="kept for nobody", durable=True))
    found = peer.inbox(None, name="news", options=[Change(unspecified)])
    equal(found.link.remote_source.address, scene["address"])
    found.close()
    equal(refusal(peer.inbox, None, name="news", options=[Change(unspecified)]).name, "amqp:not-found")
    assert peer.inbox(scene["address"], name="news", options=DURABLE).empty()


def shares(boxes):
    for box in boxes:
        box.link.flow(5)
        box.peer.inbox(scene["address"] + ".probe").close()
    bodies = ["m%d" % i for i in range(10)]
    publisher().accepted(*[Message(body=body, durable=True) for body in bodies])
    received = []
    for box in boxes:
        for _ in range(5):
            message, delivery = box.take()
            box.accept(delivery)
            received.append(message.body)
    equal(sorted(received), bodies)


SHARED = Capabilities("topic", "shared", "global")


def check_shared_subscription():
    shares([Peer().inbox(scene["address"], name="team|global-volatile%d" % n, options=[SHARED]) for n in (1, 2)])


def check_shared_durable():
    options = [SHARED, DurableSubscription()]
    boxes = [Peer().inbox(scene["address"], name=name, options=options) for name in ("team|global", "team|global2")]
    shares(boxes)
    for box in boxes:
        box.detach()
    publisher().accepted(Message(body="kept", durable=True))
    equal(Peer().inbox(scene["address"], name="team|global", options=options).body(), "kept")
