// Nodes that are not plain queues.
'use strict';

const { rhea, assert, scene, event, connect, close, outbox, inbox, refusal } = require('./peer.js');

const { types } = rhea;

async function gone(connection, address) {
    const out = await outbox(connection, { target: {} });
    const { outcome, error } = await out.send({ to: address, body: 'x' });
    assert.strictEqual(outcome, 'rejected');
    assert.strictEqual(error.condition, 'amqp:not-found');
}

exports['anonymous-terminus'] = async () => {
    const connection = await connect();
    const out = await outbox(connection, { target: {} });
    for (const n of [1, 2, 3]) {
        await out.accepted({ to: `${scene.address}.${n}`, body: `to ${n}` });
    }
    for (const n of [1, 2, 3]) {
        assert.strictEqual(await (await inbox(connection, `${scene.address}.${n}`)).body(), `to ${n}`);
    }
};

exports['request-reply'] = async () => {
    const server = await connect();
    const requests = await inbox(server, scene.address);
    const answers = await outbox(server, { target: {} });
    const client = await connect();
    const replies = await inbox(client, { dynamic: true });
    const replyTo = replies.receiver.source.address;
    assert.ok(replyTo, 'the node has no address');
    const out = await outbox(client, scene.address);
    for (const id of ['one', 'two']) {
        await out.accepted({ body: `ask ${id}`, reply_to: replyTo, correlation_id: id });
        const { message: request, delivery } = await requests.next();
        await answers.accepted({ to: request.reply_to, correlation_id: request.correlation_id, body: `answer ${id}` });
        delivery.accept();
        const { message: reply, delivery: got } = await replies.next();
        assert.strictEqual(reply.correlation_id, id);
        assert.strictEqual(reply.body, `answer ${id}`);
        got.accept();
    }
    const other = await refusal(inbox(server, replyTo));
    assert.ok(other.condition, 'another connection reads the replies');
    await close(client);
    await gone(server, replyTo);
};

function dynamic(capability) {
    const deleteOnClose = types.described(types.wrap_ulong(0x2b), types.wrap_list([]));
    return {
        target: {
            dynamic: true,
            expiry_policy: 'link-detach',
            dynamic_node_properties: { 'lifetime-policy': deleteOnClose },
            capabilities: [capability],
        },
    };
}

exports['temporary-queue'] = async () => {
    const connection = await connect();
    const out = await outbox(connection, dynamic('temporary-queue'));
    const { address } = out.sender.target;
    await out.accepted({ body: 'a' }, { body: 'b' });
    const box = await inbox(connection, { address, capabilities: ['temporary-queue'] });
    assert.deepStrictEqual(await box.bodies(2), ['a', 'b']);
    await box.receiver.close();
    const closed = event(out.sender, 'sender_close');
    out.sender.close();
    await closed;
    await gone(connection, address);
};

exports['temporary-topic'] = async () => {
    const connection = await connect();
    const out = await outbox(connection, dynamic('temporary-topic'));
    const { address } = out.sender.target;
    const source = { address, capabilities: ['temporary-topic'] };
    const boxes = [await inbox(connection, source), await inbox(connection, source)];
    await out.accepted({ body: 'to all' });
    for (const box of boxes) {
        assert.strictEqual(await box.body(), 'to all');
    }
};

const topic = (address, more) => Object.assign({ address, capabilities: ['topic'] }, more);

exports['topic'] = async () => {
    const connection = await connect();
    const out = await outbox(connection, { target: topic(scene.address) });
    await out.accepted({ body: 'nobody hears' });
    const boxes = [await inbox(connection, topic(scene.address)), await inbox(await connect(), topic(scene.address))];
    await out.accepted({ body: 'a', durable: true }, { body: 'b', durable: true });
    for (const box of boxes) {
        assert.deepStrictEqual(await box.bodies(2), ['a', 'b']);
        assert.ok(await box.empty());
    }
};

exports['topic-wildcards'] = async () => {
    const connection = await connect();
    const one = await inbox(connection, topic(`${scene.address}.*`));
    const any = await inbox(connection, topic(`${scene.address}.#`));
    for (const name of ['a', 'b', 'a.b']) {
        await (await outbox(connection, { target: topic(`${scene.address}.${name}`) })).accepted({ body: name });
    }
    assert.deepStrictEqual(await one.bodies(2), ['a', 'b']);
    assert.ok(await one.empty());
    assert.deepStrictEqual(await any.bodies(3), ['a', 'b', 'a.b']);
};

exports['topic-selector'] = async () => {
    const connection = await connect();
    const box = await inbox(connection, topic(scene.address, { filter: rhea.filter.selector("colour = 'red'") }));
    const out = await outbox(connection, { target: topic(scene.address) });
    for (const colour of ['red', 'blue', 'red']) {
        await out.accepted({ body: colour, application_properties: { colour } });
    }
    assert.deepStrictEqual(await box.bodies(2), ['red', 'red']);
    assert.ok(await box.empty());
};

exports['no-local'] = async () => {
    const connection = await connect();
    const filter = { 'no-local': types.described(types.wrap_ulong(0x468c00000003), types.wrap_list([])) };
    const box = await inbox(connection, topic(scene.address, { filter }));
    await (await outbox(connection, { target: topic(scene.address) })).accepted({ body: 'mine' });
    await (await outbox(await connect(), { target: topic(scene.address) })).accepted({ body: 'theirs' });
    assert.strictEqual(await box.body(), 'theirs');
    assert.ok(await box.empty());
};

const durable = { durable: 2, expiry_policy: 'never' };

/** Goes away and leaves the subscription. */
async function detach(box) {
    const detached = event(box.receiver, 'receiver_close');
    box.receiver.detach();
    await detached;
}

exports['durable-subscription'] = async () => {
    const id = { container_id: scene.address };
    const away = await connect(id);
    await detach(await inbox(away, topic(scene.address, durable), { name: 'news' }));
    await close(away);
    await (await outbox(await connect(), { target: topic(scene.address) })).accepted(
        { body: 'a', durable: true }, { body: 'b', durable: true });
    const back = await inbox(await connect(id), topic(scene.address, durable), { name: 'news' });
    assert.deepStrictEqual(await back.bodies(2), ['a', 'b']);
    assert.ok(await back.empty());
};

exports['unsubscribe'] = async () => {
    const connection = await connect({ container_id: scene.address });
    const box = await inbox(connection, topic(scene.address, durable), { name: 'news' });
    await detach(box);
    box.receiver.remove();
    const out = await outbox(connection, { target: topic(scene.address) });
    await out.accepted({ body: 'kept for nobody', durable: true });
    const found = await inbox(connection, undefined, { name: 'news' });
    assert.strictEqual(found.receiver.source.address, scene.address);
    const closed = event(found.receiver, 'receiver_close');
    found.receiver.close();
    await closed;
    const unknown = await refusal(inbox(connection, undefined, { name: 'news' }));
    assert.strictEqual(unknown.condition, 'amqp:not-found');
    const fresh = await inbox(connection, topic(scene.address, durable), { name: 'news' });
    assert.ok(await fresh.empty());
};

function shared(more) {
    return topic(scene.address, Object.assign({ capabilities: ['topic', 'shared', 'global'] }, more));
}

async function shares(boxes) {
    for (const box of boxes) {
        box.receiver.add_credit(5);
        // An answer to what was asked later says that the credit is there.
        await inbox(box.receiver.connection, `${scene.address}.probe`);
    }
    const out = await outbox(await connect(), { target: topic(scene.address) });
    const bodies = Array.from({ length: 10 }, (_, i) => `m${i}`);
    await out.accepted(...bodies.map((body) => ({ body, durable: true })));
    const received = [];
    for (const box of boxes) {
        for (let i = 0; i < 5; i++) {
            const context = await box.take();
            context.delivery.accept();
            received.push(context.message.body);
        }
    }
    assert.deepStrictEqual(received.sort(), bodies);
}

exports['shared-subscription'] = async () => {
    const boxes = [
        await inbox(await connect(), shared(), { name: 'team|global-volatile1' }),
        await inbox(await connect(), shared(), { name: 'team|global-volatile2' }),
    ];
    await shares(boxes);
};

exports['shared-durable'] = async () => {
    const connections = [await connect(), await connect()];
    const boxes = [
        await inbox(connections[0], shared(durable), { name: 'team|global' }),
        await inbox(connections[1], shared(durable), { name: 'team|global2' }),
    ];
    await shares(boxes);
    for (const box of boxes) {
        await detach(box);
    }
    await (await outbox(await connect(), { target: topic(scene.address) })).accepted({ body: 'kept', durable: true });
    const back = await inbox(await connect(), shared(durable), { name: 'team|global' });
    assert.strictEqual(await back.body(), 'kept');
};
