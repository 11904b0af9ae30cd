// Logging in, and what keeps a connection going.
'use strict';

const fs = require('fs');
const WebSocket = require('ws');
const { rhea, assert, scene, event, connect, close, outbox, inbox, send, refusal, delay, restartBroker } = require('./peer.js');

async function roundTrip(connection, body = 'hello') {
    const box = await inbox(connection, scene.address);
    await send(connection, scene.address, body);
    assert.deepStrictEqual(await box.body(), body);
    box.receiver.close();
}

exports['anonymous'] = async () => {
    await roundTrip(await connect());
    const connection = await connect({ username: 'somebody' });
    assert.strictEqual(connection.sasl_transport.mechanism_name, 'ANONYMOUS');
    await roundTrip(connection);
};

exports['plain'] = async () => {
    const connection = await connect({ username: 'guest', password: 'guest' });
    assert.strictEqual(connection.sasl_transport.mechanism_name, 'PLAIN');
    await roundTrip(connection);
};

exports['wrong-password'] = async () => {
    const error = await refusal(connect({ username: 'guest', password: 'wrong' }));
    assert.match(String(error.condition || error), /unauthorized|auth/i);
};

function tls(options = {}) {
    return Object.assign({
        transport: 'tls', port: Number(scene.tls), servername: 'localhost', ca: [fs.readFileSync(scene.authority)],
    }, options);
}

exports['tls'] = async () => {
    await roundTrip(await connect(tls({ username: 'guest', password: 'guest' })));
    await refusal(connect(tls({ username: 'guest', password: 'guest', ca: [] })));
};

exports['external'] = async () => {
    const connection = await connect(tls({
        cert: fs.readFileSync(scene.certificate), key: fs.readFileSync(scene.key), enable_sasl_external: true,
    }));
    assert.strictEqual(connection.sasl_transport.mechanism_name, 'EXTERNAL');
    await roundTrip(connection);
};

exports['websocket'] = async () => {
    const details = rhea.websocket_connect(WebSocket)(`ws://127.0.0.1:${scene.websocket}/`, ['amqp'], {});
    const connection = await connect({ connection_details: details, username: 'guest', password: 'guest' });
    await roundTrip(connection, 'x'.repeat(200000));
};

exports['sessions'] = async () => {
    const connection = await connect();
    const sessions = [0, 1, 2].map(() => connection.create_session());
    sessions.forEach((session) => session.begin());
    const boxes = await Promise.all(sessions.map((session, i) => inbox(session, `${scene.address}.${i}`)));
    const outs = await Promise.all(sessions.map((session, i) => outbox(session, `${scene.address}.${(i + 1) % 3}`)));
    await Promise.all(outs.map((out, i) => out.accepted({ body: `from ${i}` })));
    assert.deepStrictEqual(await Promise.all(boxes.map((box) => box.body())), ['from 2', 'from 0', 'from 1']);
    const ended = event(sessions[0], 'session_close');
    sessions[0].close();
    await ended;
    await outs[1].accepted({ body: 'still there' });
};

exports['heartbeats'] = async () => {
    const connection = await connect({ idle_time_out: 1500 });
    let lost = false;
    connection.on('disconnected', () => { lost = true; });
    await delay(2500);
    assert.ok(!lost, 'the connection was lost');
    await roundTrip(connection);
};

exports['small-frames'] = async () => {
    const connection = await connect({ max_frame_size: 512 });
    await roundTrip(connection, 'x'.repeat(100000));
};

exports['container-id'] = async () => {
    const sole = { container_id: scene.address, desired_capabilities: ['sole-connection-for-container'] };
    const first = await connect(sole);
    const second = await connect(sole);
    if (!second.error) {
        await event(second, 'connection_close');
    }
    assert.strictEqual(second.error.condition, 'amqp:invalid-field');
    await roundTrip(first);
    await close(first);
    await roundTrip(await connect(sole));
};

exports['reconnect'] = async () => {
    const connection = await connect({ reconnect: true, initial_reconnect_delay: 50, max_reconnect_delay: 200 });
    const out = await outbox(connection, scene.address);
    await out.accepted({ body: 'before', durable: true });
    const again = event(connection, 'connection_open');
    await restartBroker();
    await again;
    await out.accepted({ body: 'after', durable: true });
    const box = await inbox(connection, scene.address);
    assert.deepStrictEqual(await box.bodies(2), ['before', 'after']);
    assert.ok(await box.empty());
};
