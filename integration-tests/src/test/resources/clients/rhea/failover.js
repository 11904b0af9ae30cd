// Sends numbers and receives them over a cluster of which a node ends in the middle. Arguments: the queue, how many, the ports of all nodes.
// Says "half" when half of them are accepted and waits for a line; says "all" when it has received all, in the order of their first arrival.
'use strict';

const rhea = require('rhea');

const queue = process.argv[2];
const count = Number(process.argv[3]);
const ports = process.argv.slice(4).map(Number);

let attempt = 0;
let toSend = Array.from({ length: count / 2 }, (_, i) => i);
const unanswered = new Map();
const accepted = new Set();
const received = new Set();
let half = false;

const container = rhea.create_container();
// A connection that is lost is what this is about; it connects again.
container.on('error', () => {});
container.on('disconnected', () => {});
container.on('connection_close', () => {});
container.on('connection_error', () => {});
const connection = container.connect({
    connection_details: () => ({ host: '127.0.0.1', port: ports[attempt++ % ports.length] }),
    reconnect: true,
    initial_reconnect_delay: 20,
    max_reconnect_delay: 100,
    idle_time_out: 5000,
});
const sender = connection.open_sender(queue);

function send() {
    while (toSend.length && sender.sendable()) {
        const number = toSend.shift();
        unanswered.set(sender.send({ body: number, durable: true }), number);
    }
}

function finish() {
    if (received.size === count) {
        process.stdout.write(`all ${JSON.stringify([...received])}\n`, () => process.exit(0));
    }
}

// What was not answered before the connection was lost is sent again.
connection.on('disconnected', () => {
    toSend = [...unanswered.values()].concat(toSend);
    unanswered.clear();
});
sender.on('sendable', send);
sender.on('accepted', (context) => {
    const number = unanswered.get(context.delivery);
    unanswered.delete(context.delivery);
    if (number !== undefined) {
        accepted.add(number);
    }
    if (!half && accepted.size === count / 2) {
        half = true;
        process.stdin.once('data', () => {
            process.stdin.pause();
            toSend = toSend.concat(Array.from({ length: count / 2 }, (_, i) => count / 2 + i));
            send();
            connection.open_receiver({ source: queue, credit_window: 10, autoaccept: true }).on('message', (arrived) => {
                received.add(arrived.message.body);
                finish();
            });
        });
        process.stdout.write('half\n');
    }
});
for (const outcome of ['rejected', 'released', 'modified']) {
    sender.on(outcome, (context) => {
        const number = unanswered.get(context.delivery);
        unanswered.delete(context.delivery);
        if (number !== undefined) {
            toSend.unshift(number);
        }
    });
}
