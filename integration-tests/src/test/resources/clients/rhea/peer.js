// What the checks share: connections, links and messages of rhea as promises.
'use strict';

const assert = require('assert');
const rhea = require('rhea');

const WAIT_MILLIS = 20000;

const scene = {};
const containers = [];

/** The next event of a name, or an error after a while. */
function event(emitter, name) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${name} in ${WAIT_MILLIS} ms`)), WAIT_MILLIS);
        emitter.once(name, (context) => {
            clearTimeout(timer);
            resolve(context);
        });
    });
}

/** Opens a connection; fails with the broker's error where it refuses. Each has a container of its own. */
function connect(options = {}) {
    const container = rhea.create_container();
    container.on('error', () => {});
    const connection = container.connect(Object.assign({ host: scene.host, port: scene.port, reconnect: false }, options));
    containers.push(connection);
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`not open in ${WAIT_MILLIS} ms`)), WAIT_MILLIS);
        const failed = (context) => {
            clearTimeout(timer);
            reject(context.error || context.connection.error || new Error('disconnected'));
        };
        connection.once('connection_error', failed);
        connection.once('disconnected', failed);
        connection.once('connection_open', () => {
            clearTimeout(timer);
            connection.removeListener('connection_error', failed);
            connection.removeListener('disconnected', failed);
            connection.on('connection_error', () => {});
            connection.on('disconnected', () => {});
            resolve(connection);
        });
    });
}

async function close(connection) {
    const closed = event(connection, 'connection_close');
    connection.close();
    await closed;
}

/** Waits for the answer to an attach: fails with the reason where it is refused, which follows an answer without a terminus. */
function opened(link, kind, anonymous) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no answer to ${kind} in ${WAIT_MILLIS} ms`)), WAIT_MILLIS);
        link.once(`${kind}_open`, () => {
            const terminus = kind === 'receiver' ? link.source : link.target;
            if (anonymous || (terminus && terminus.address)) {
                clearTimeout(timer);
                resolve(link);
            }
        });
        link.on(`${kind}_error`, () => {
            clearTimeout(timer);
            reject(link.error);
        });
        link.on(`${kind}_close`, () => {});
    });
}

/** A sender whose messages are promises of their outcome. */
class Outbox {
    constructor(sender) {
        this.sender = sender;
        this.waiting = new Map();
        for (const outcome of ['accepted', 'rejected', 'released', 'modified']) {
            sender.on(outcome, (context) => {
                const resolve = this.waiting.get(context.delivery);
                if (resolve) {
                    this.waiting.delete(context.delivery);
                    resolve({ outcome, error: context.delivery.remote_state && context.delivery.remote_state.error });
                }
            });
        }
    }

    async send(message) {
        if (!this.sender.sendable()) {
            await event(this.sender, 'sendable');
        }
        return new Promise((resolve) => {
            this.waiting.set(this.sender.send(message), resolve);
        });
    }

    async accepted(...messages) {
        for (const message of messages) {
            const result = await this.send(message);
            assert.strictEqual(result.outcome, 'accepted', JSON.stringify(result));
        }
    }
}

async function outbox(at, target) {
    const sender = at.open_sender(target);
    const node = target.target;
    await opened(sender, 'sender', typeof node === 'object' && !node.address && !node.dynamic);
    return new Outbox(sender);
}

/** A receiver that is asked for messages one by one. */
class Inbox {
    constructor(receiver) {
        this.receiver = receiver;
        this.arrived = [];
        this.waiting = [];
        receiver.on('message', (context) => {
            const waiter = this.waiting.shift();
            if (waiter) {
                waiter(context);
            } else {
                this.arrived.push(context);
            }
        });
    }

    /** What comes without being asked for. */
    take() {
        if (this.arrived.length) {
            return Promise.resolve(this.arrived.shift());
        }
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`no message in ${WAIT_MILLIS} ms`)), WAIT_MILLIS);
            this.waiting.push((context) => {
                clearTimeout(timer);
                resolve(context);
            });
        });
    }

    /** Asks for a message and waits for it. */
    next() {
        this.receiver.add_credit(1);
        return this.take();
    }

    /** Takes a message for good, and gives its body. */
    async body() {
        const context = await this.next();
        context.delivery.accept();
        return context.message.body;
    }

    async bodies(count) {
        const bodies = [];
        for (let i = 0; i < count; i++) {
            bodies.push(await this.body());
        }
        return bodies;
    }

    /** Whether the broker has nothing for this link. */
    async empty(credit = 1) {
        const drained = event(this.receiver, 'receiver_drained');
        this.receiver.drain = true;
        this.receiver.add_credit(credit);
        await drained;
        this.receiver.drain = false;
        return this.arrived.length === 0;
    }
}

/** @param source an address, or a source; more options of the link beside it */
async function inbox(at, source, options = {}) {
    const all = Object.assign({ credit_window: 0, autoaccept: false }, options);
    all.source = typeof source === 'string' ? { address: source } : source;
    const receiver = at.open_receiver(all);
    const box = new Inbox(receiver);
    await opened(receiver, 'receiver');
    return box;
}

/** Sends durable messages with these bodies. */
async function send(connection, address, ...bodies) {
    const out = await outbox(connection, address);
    await out.accepted(...bodies.map((body) => ({ body, durable: true })));
    out.sender.close();
}

async function refusal(promise) {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    throw new Error('it was not refused');
}

/** Waits for a message of the dead-letter queue that was in another queue. */
async function deadLetter(connection, address) {
    const dead = await inbox(connection, 'DLQ');
    for (;;) {
        const context = await dead.next();
        context.delivery.accept();
        if (context.message.message_annotations['x-opt-dead-letter-queue'] === address) {
            return context.message;
        }
    }
}

const delay = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Has the broker stopped and started again. */
function restartBroker() {
    return new Promise((resolve) => {
        process.stdin.once('data', () => {
            process.stdin.pause();
            resolve();
        });
        process.stdin.resume();
        process.stdout.write('restart-broker\n');
    });
}

module.exports = {
    rhea, assert, scene, containers, event, connect, close, opened, outbox, inbox, send, refusal, deadLetter, delay, restartBroker,
};
