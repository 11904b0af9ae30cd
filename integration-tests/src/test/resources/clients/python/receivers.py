"""What a receiver asks for."""
from proton import Message, symbol
from proton.reactor import Copy, Filter, Selector

from peer import Peer, equal, filtered, refusal, scene


def check_credit():
    peer = Peer()
    peer.send(scene["address"], "a", "b", "c", "d", "e")
    box = peer.inbox(scene["address"])
    box.link.flow(3)
    equal([box.take()[0].body for _ in range(3)], ["a", "b", "c"])
    rest = peer.inbox(scene["address"])
    equal(rest.bodies(2), ["d", "e"])
    assert rest.empty()
    assert not box.arrived


def check_drain():
    peer = Peer()
    box = peer.inbox(scene["address"])
    assert box.empty(10)
    peer.send(scene["address"], "a", "b")
    assert not box.empty(10)
    equal([message.body for message, _ in box.arrived], ["a", "b"])
    for _, delivery in box.arrived:
        box.accept(delivery)
    box.arrived.clear()
    equal(box.link.credit, 0)
    peer.send(scene["address"], "c")
    equal(box.body(), "c")


def check_browse():
    peer = Peer()
    peer.send(scene["address"], "a", "b", "c")
    for _ in range(2):
        browser = peer.inbox(scene["address"], options=[Copy()])
        equal(browser.bodies(3), ["a", "b", "c"])
        assert browser.empty()
        browser.close()
    equal(peer.inbox(scene["address"]).bodies(3), ["a", "b", "c"])


def coloured(peer):
    out = peer.outbox(scene["address"])
    for n in range(6):
        colour = ("blue", "red")[n % 2]
        out.accepted(Message(body="%s %d" % (colour, n), subject=colour, properties={"colour": colour, "n": n}))


def check_selector():
    peer = Peer()
    coloured(peer)
    red = peer.inbox(scene["address"], options=[Selector("colour = 'red' AND n BETWEEN 2 AND 5")])
    equal(red.bodies(2), ["red 3", "red 5"])
    assert red.empty()
    equal(peer.inbox(scene["address"]).bodies(4), ["blue 0", "red 1", "blue 2", "blue 4"])
    wrong = refusal(peer.inbox, scene["address"], options=[Selector("colour = ")])
    equal(wrong.name, "amqp:invalid-field")


def check_filters():
    peer = Peer()
    coloured(peer)
    by_subject = filtered("amqp:properties-filter", {symbol("subject"): "red"})
    red = peer.inbox(scene["address"], options=[Filter({symbol("red"): by_subject})])
    equal(red.bodies(3), ["red 1", "red 3", "red 5"])
    assert red.empty()
    by_sql = filtered("amqp:sql-filter", "properties.subject = 'blue' AND n > 1")
    blue = peer.inbox(scene["address"], options=[Filter({symbol("blue"): by_sql})])
    equal(blue.bodies(2), ["blue 2", "blue 4"])
    assert blue.empty()


def check_competing():
    peers = [Peer(), Peer()]
    boxes = [peer.inbox(scene["address"]) for peer in peers]
    bodies = ["m%d" % i for i in range(10)]
    for box in boxes:
        box.link.flow(5)
        box.peer.container.process()
    sender = Peer()
    for box in boxes:
        # An answer to what was asked later says that the credit is there.
        box.peer.inbox(scene["address"] + ".probe").close()
    sender.send(scene["address"], *bodies)
    received = []
    for box in boxes:
        for _ in range(5):
            message, delivery = box.take()
            box.accept(delivery)
            received.append(message.body)
    equal(sorted(received), bodies)


def check_detach():
    peer = Peer()
    peer.send(scene["address"], "a", "b", "c")
    for body in ("a", "b"):
        box = peer.inbox(scene["address"], name="the-link")
        equal(box.body(), body)
        box.detach()
    for body in ("d", "e"):
        out = peer.outbox(scene["address"], name="out")
        out.accepted(Message(body=body))
        out.detach()
    equal(peer.inbox(scene["address"]).bodies(3), ["c", "d", "e"])


def check_link_stealing():
    first = Peer(container_id=scene["address"]).inbox(scene["address"], name="the-link")
    peer = Peer(container_id=scene["address"])
    second = peer.inbox(scene["address"], name="the-link")
    first.peer.wait(lambda: first.gone, "loss of the link")
    equal(first.gone.name, "amqp:link:stolen")
    peer.send(scene["address"], "a")
    equal(second.body(), "a")


def check_refused_link():
    peer = Peer()
    equal(refusal(peer.inbox, "$nowhere").name, "amqp:not-found")
    equal(refusal(peer.outbox, "$nowhere").name, "amqp:not-found")
    peer.send(scene["address"], "the session goes on")


def check_groups():
    address = "groups." + scene["address"]
    boxes = [Peer().inbox(address), Peer().inbox(address)]
    for box in boxes:
        box.link.flow(100)
        box.peer.inbox(address + ".probe").close()
    out = Peer().outbox(address)
    for group in "abcd":
        for n in range(5):
            out.accepted(Message(body=n, group_id=group, group_sequence=n))
    taken = []
    for box in boxes:
        # What was given to this consumer before an answer to what is asked now is there when the answer is.
        box.peer.inbox(address + ".probe").close()
        mine = {}
        while box.arrived:
            message, delivery = box.take()
            mine.setdefault(message.group_id, []).append(message.body)
            box.accept(delivery)
        taken.append(mine)
    assert not set(taken[0]) & set(taken[1]), taken
    equal({**taken[0], **taken[1]}, {group: list(range(5)) for group in "abcd"})
