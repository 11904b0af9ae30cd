"""Local transactions."""
from proton import Message
from proton.handlers import TransactionHandler

from peer import Peer, equal, scene


class Local(TransactionHandler):
    """One transaction at a time, waited for."""

    def __init__(self, peer):
        self.peer = peer
        self.transaction = None
        self.ended = None
        peer.container.declare_transaction(peer.connection, self)
        peer.wait(lambda: self.transaction or self.ended, "declare")
        assert self.transaction, self.ended

    def on_transaction_declared(self, event):
        self.transaction = event.transaction

    def on_transaction_declare_failed(self, event):
        self.ended = "declare failed"

    def on_transaction_committed(self, event):
        self.ended = "committed"

    def on_transaction_aborted(self, event):
        self.ended = "aborted"

    def on_transaction_commit_failed(self, event):
        self.ended = "commit failed"

    def send(self, out, body):
        self.peer.wait(lambda: out.link.credit > 0, "credit")
        self.transaction.send(out.link, Message(body=body, durable=True))

    def commit(self):
        self.transaction.commit()
        self.peer.wait(lambda: self.ended, "commit")
        equal(self.ended, "committed")

    def abort(self):
        self.transaction.abort()
        self.peer.wait(lambda: self.ended, "abort")
        equal(self.ended, "aborted")


def addresses():
    return [scene["address"] + suffix for suffix in (".in", ".one", ".two")]


def check_commit():
    into, one, two = addresses()
    peer, other = Peer(), Peer()
    other.send(into, "x", "y")
    box = peer.inbox(into)
    outs = [peer.outbox(one), peer.outbox(two)]
    local = Local(peer)
    for out in outs:
        local.send(out, "sent")
    for _ in range(2):
        local.transaction.accept(box.next()[1])
    seen = [other.inbox(one), other.inbox(two)]
    assert all(s.empty() for s in seen), "seen before the commit"
    local.commit()
    equal([s.body() for s in seen], ["sent", "sent"])
    peer.close()
    assert other.inbox(into).empty()


def check_rollback():
    into, one, _ = addresses()
    peer, other = Peer(), Peer()
    other.send(into, "x", "y", "z")
    box = peer.inbox(into)
    out = peer.outbox(one)
    local = Local(peer)
    local.send(out, "never sent")
    for _ in range(2):
        local.transaction.accept(box.next()[1])
    local.abort()
    equal(box.bodies(3), ["x", "y", "z"])
    assert other.inbox(one).empty()
