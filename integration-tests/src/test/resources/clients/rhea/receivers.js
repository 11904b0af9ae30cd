// What a receiver asks for.
'use strict';

const { rhea, assert, scene, event, connect, close, outbox, inbox, send, refusal } = require('./peer.js');

const { types } = rhea;

exports['credit'] = async () => {
    const connection = await connect();
    await send(connection, scene.address, 'a', 'b', 'c', 'd', 'e');
    const box = await inbox(connection, scene.address);
    box.receiver.add_credit(3);
    for (const body of ['a', 'b', 'c']) {
        assert.strictEqual((await box.take()).message.body, body);
    }
    const rest = await inbox(connection, scene.address);
    assert.deepStrictEqual(await rest.bodies(2), ['d', 'e']);
    assert.ok(await rest.empty());
    assert.strictEqual(box.arrived.length, 0);
};

exports['drain'] = async () => {
    const connection = await connect();
    const box = await inbox(connection, scene.address);
    assert.ok(await box.empty(10));
    await send(connection, scene.address, 'a', 'b');
    assert.ok(!await box.empty(10));
    assert.deepStrictEqual(box.arrived.map((context) => context.message.body), ['a', 'b']);
    box.arrived.forEach((context) => context.delivery.accept());
    assert.strictEqual(box.receiver.credit, 0);
    box.arrived = [];
    await send(connection, scene.address, 'c');
    assert.deepStrictEqual(await box.body(), 'c');
};

exports['browse'] = async () => {
    const connection = await connect();
    await send(connection, scene.address, 'a', 'b', 'c');
    for (let round = 0; round < 2; round++) {
        const browser = await inbox(connection, { address: scene.address, distribution_mode: 'copy' });
        assert.deepStrictEqual(await browser.bodies(3), ['a', 'b', 'c']);
        assert.ok(await browser.empty());
        browser.receiver.close();
    }
    assert.deepStrictEqual(await (await inbox(connection, scene.address)).bodies(3), ['a', 'b', 'c']);
};

async function coloured(connection) {
    const out = await outbox(connection, scene.address);
    for (let n = 0; n < 6; n++) {
        const colour = n % 2 ? 'red' : 'blue';
        await out.accepted({ body: `${colour} ${n}`, subject: colour, application_properties: { colour, n } });
    }
}

exports['selector'] = async () => {
    const connection = await connect();
    await coloured(connection);
    const red = await inbox(connection,
        { address: scene.address, filter: rhea.filter.selector("colour = 'red' AND n BETWEEN 2 AND 5") });
    assert.ok(red.receiver.source.filter, 'the filter is not in the answer');
    assert.deepStrictEqual(await red.bodies(2), ['red 3', 'red 5']);
    assert.ok(await red.empty());
    assert.deepStrictEqual(await (await inbox(connection, scene.address)).bodies(4), ['blue 0', 'red 1', 'blue 2', 'blue 4']);
    const wrong = await refusal(inbox(connection, { address: scene.address, filter: rhea.filter.selector('colour = ') }));
    assert.strictEqual(wrong.condition, 'amqp:invalid-field');
};

exports['filters'] = async () => {
    const connection = await connect();
    await coloured(connection);
    const bySubject = types.described(types.wrap_symbol('amqp:properties-filter'), types.wrap_symbolic_map({ subject: 'red' }));
    const red = await inbox(connection, { address: scene.address, filter: { red: bySubject } });
    assert.deepStrictEqual(await red.bodies(3), ['red 1', 'red 3', 'red 5']);
    assert.ok(await red.empty());
    const bySql = types.wrap_described("properties.subject = 'blue' AND n > 1", 'amqp:sql-filter');
    const blue = await inbox(connection, { address: scene.address, filter: { blue: bySql } });
    assert.deepStrictEqual(await blue.bodies(2), ['blue 2', 'blue 4']);
    assert.ok(await blue.empty());
};

exports['competing'] = async () => {
    const connection = await connect();
    const boxes = [await inbox(connection, scene.address), await inbox(await connect(), scene.address)];
    for (const box of boxes) {
        box.receiver.add_credit(5);
        // An answer to what was asked later says that the credit is there.
        await inbox(box.receiver.connection, `${scene.address}.probe`);
    }
    const bodies = Array.from({ length: 10 }, (_, i) => `m${i}`);
    await send(connection, scene.address, ...bodies);
    const received = [];
    for (const box of boxes) {
        for (let i = 0; i < 5; i++) {
            const context = await box.take();
            context.delivery.accept();
            received.push(context.message.body);
        }
    }
    assert.deepStrictEqual(received.sort(), bodies);
};

exports['detach'] = async () => {
    const connection = await connect();
    await send(connection, scene.address, 'a', 'b', 'c');
    for (const body of ['a', 'b']) {
        const box = await inbox(connection, scene.address, { name: 'the-link' });
        assert.strictEqual(await box.body(), body);
        const detached = event(box.receiver, 'receiver_close');
        box.receiver.detach();
        await detached;
        assert.ok(!box.receiver.remote.detach.closed, 'the answer closes the link');
        box.receiver.remove();
    }
    const out = await outbox(connection, { name: 'out', target: scene.address });
    await out.accepted({ body: 'd' });
    const detached = event(out.sender, 'sender_close');
    out.sender.detach();
    await detached;
    out.sender.remove();
    await (await outbox(connection, { name: 'out', target: scene.address })).accepted({ body: 'e' });
    assert.deepStrictEqual(await (await inbox(connection, scene.address)).bodies(3), ['c', 'd', 'e']);
};

exports['link-stealing'] = async () => {
    const id = { container_id: scene.address };
    const first = await inbox(await connect(id), scene.address, { name: 'the-link' });
    const stolen = event(first.receiver, 'receiver_error');
    const connection = await connect(id);
    const second = await inbox(connection, scene.address, { name: 'the-link' });
    await stolen;
    assert.strictEqual(first.receiver.error.condition, 'amqp:link:stolen');
    await send(connection, scene.address, 'a');
    assert.strictEqual(await second.body(), 'a');
};

exports['refused-link'] = async () => {
    const connection = await connect();
    assert.strictEqual((await refusal(inbox(connection, '$nowhere'))).condition, 'amqp:not-found');
    assert.strictEqual((await refusal(outbox(connection, '$nowhere'))).condition, 'amqp:not-found');
    await send(connection, scene.address, 'the session goes on');
};

exports['groups'] = async () => {
    const address = `groups.${scene.address}`;
    const connections = [await connect(), await connect()];
    const boxes = [];
    for (const connection of connections) {
        const box = await inbox(connection, address);
        box.receiver.add_credit(100);
        boxes.push(box);
        await inbox(connection, `${address}.probe`);
    }
    const out = await outbox(await connect(), address);
    for (const group of ['a', 'b', 'c', 'd']) {
        for (let n = 0; n < 5; n++) {
            await out.accepted({ body: n, group_id: group, group_sequence: n });
        }
    }
    const taken = {};
    for (let i = 0; i < 2; i++) {
        // What was given to this consumer before an answer to what is asked now is there when the answer is.
        await inbox(connections[i], `${address}.probe`);
        const mine = {};
        for (const { message, delivery } of boxes[i].arrived) {
            (mine[message.group_id] = mine[message.group_id] || []).push(message.body);
            delivery.accept();
        }
        for (const group of Object.keys(mine)) {
            assert.ok(!taken[group], `${group} went to two consumers`);
            taken[group] = mine[group];
        }
    }
    const all = [0, 1, 2, 3, 4];
    assert.deepStrictEqual(taken, { a: all, b: all, c: all, d: all });
};
