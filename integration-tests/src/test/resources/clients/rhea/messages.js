// Messages on their way, and what their receiver says of them.
'use strict';

const crypto = require('crypto');
const { rhea, assert, scene, event, connect, close, outbox, inbox, send, deadLetter, delay } = require('./peer.js');

const { types } = rhea;

async function there(...messages) {
    const connection = await connect();
    await (await outbox(connection, scene.address)).accepted(...messages);
    return { connection, box: await inbox(connection, scene.address) };
}

exports['send-receive'] = async () => {
    const bodies = Array.from({ length: 200 }, (_, i) => `message ${i}`);
    const { box } = await there(...bodies.map((body) => ({ body, durable: true })));
    assert.deepStrictEqual(await box.bodies(200), bodies);
    assert.ok(await box.empty());
};

exports['sent-settled'] = async () => {
    const connection = await connect();
    const sender = connection.open_sender({ target: scene.address, snd_settle_mode: 1 });
    await event(sender, 'sendable');
    ['a', 'b', 'c'].forEach((body) => sender.send({ body, durable: true }));
    const box = await inbox(connection, scene.address);
    assert.deepStrictEqual(await box.bodies(3), ['a', 'b', 'c']);
    assert.ok(await box.empty());
};

exports['received-settled'] = async () => {
    const connection = await connect();
    await send(connection, scene.address, 'a', 'b');
    const box = await inbox(connection, scene.address, { snd_settle_mode: 1 });
    for (const body of ['a', 'b']) {
        const context = await box.next();
        assert.strictEqual(context.message.body, body);
        assert.ok(context.delivery.remote_settled);
    }
    await close(connection);
    assert.ok(await (await inbox(await connect(), scene.address)).empty());
};

exports['settle-second'] = async () => {
    const connection = await connect();
    await send(connection, scene.address, 'a', 'b');
    const box = await inbox(connection, scene.address, { rcv_settle_mode: 1 });
    for (const body of ['a', 'b']) {
        const context = await box.next();
        assert.strictEqual(context.message.body, body);
        const settled = event(box.receiver, 'settled');
        context.delivery.accept();
        assert.strictEqual((await settled).delivery, context.delivery);
    }
    assert.ok(await box.empty());
};

exports['body-data'] = async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const { box } = await there(
        { body: rhea.message.data_section(bytes) },
        { body: rhea.message.data_sections([bytes, Buffer.alloc(0), Buffer.from('second')]) },
    );
    const one = await box.body();
    assert.strictEqual(one.typecode, 0x75);
    assert.deepStrictEqual(one.content, bytes);
    const several = await box.body();
    assert.ok(several.multiple);
    assert.deepStrictEqual(several.content, [bytes, Buffer.alloc(0), Buffer.from('second')]);
};

exports['body-value'] = async () => {
    const uuid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const big = Buffer.from('fedcba9876543210', 'hex');
    const values = [
        [null, null],
        [true, true],
        [false, false],
        [types.wrap_ubyte(255), 255],
        [types.wrap_ushort(65535), 65535],
        [types.wrap_uint(4294967295), 4294967295],
        [types.wrap_ulong(9007199254740991), 9007199254740991],
        [types.wrap_ulong(big), big],
        [types.wrap_byte(-128), -128],
        [types.wrap_short(-32768), -32768],
        [types.wrap_int(-2147483648), -2147483648],
        [types.wrap_long(-9007199254740991), -9007199254740991],
        [types.wrap_float(1.5), 1.5],
        [types.wrap_double(0.1), 0.1],
        [types.Decimal32(big.subarray(0, 4)), big.subarray(0, 4)],
        [types.Decimal64(big), big],
        [types.Decimal128(uuid), uuid],
        [types.wrap_char(0x1d11e), 0x1d11e],
        [types.wrap_timestamp(1700000000123), new Date(1700000000123)],
        [types.wrap_uuid(uuid), uuid],
        [types.wrap_binary(Buffer.alloc(300, 7)), Buffer.alloc(300, 7)],
        ['ä€𝄞', 'ä€𝄞'],
        ['x'.repeat(70000), 'x'.repeat(70000)],
        [types.wrap_symbol('symbol'), 'symbol'],
        [['one', 2, [3, null], { four: true }], ['one', 2, [3, null], { four: true }]],
        [{ text: 'ä€𝄞', number: 7, nested: { list: [1, 2] } }, { text: 'ä€𝄞', number: 7, nested: { list: [1, 2] } }],
        [types.wrap_array([1, 2, 300], types.Int.typecode), [1, 2, 300]],
    ];
    const { box } = await there(...values.map(([body]) => ({ body })));
    for (const [sent, expected] of values) {
        assert.deepStrictEqual(await box.body(), expected, `${sent}`);
    }
    assert.ok(await box.empty());
};

exports['body-sequence'] = async () => {
    const { box } = await there(
        { body: rhea.message.sequence_section(['one', 2, true]) },
        { body: rhea.message.sequence_sections([['one'], [2, 3]]) },
    );
    const one = await box.body();
    assert.strictEqual(one.typecode, 0x76);
    assert.deepStrictEqual(one.content, ['one', 2, true]);
    assert.deepStrictEqual((await box.body()).content, [['one'], [2, 3]]);
};

exports['properties'] = async () => {
    const sent = {
        durable: true,
        priority: 7,
        ttl: 600000,
        message_annotations: { 'x-opt-mine': 'kept', 'x-opt-number': 7 },
        message_id: 'id-1',
        user_id: Buffer.from('guest'),
        to: scene.address,
        subject: 'a subject',
        reply_to: 'answers',
        correlation_id: types.wrap_uuid(Buffer.alloc(16, 9)),
        content_type: 'text/plain',
        content_encoding: 'identity',
        absolute_expiry_time: new Date(4000000000000),
        creation_time: new Date(1700000000123),
        group_id: 'group',
        group_sequence: 7,
        reply_to_group_id: 'other',
        application_properties: { text: 'ä€𝄞', number: 42, fraction: 0.1, flag: true, nothing: null, negative: types.wrap_long(-5) },
        body: 'with all',
    };
    const { box } = await there(sent);
    const { message, delivery } = await box.next();
    delivery.accept();
    for (const field of Object.keys(sent)) {
        if (!['correlation_id', 'application_properties', 'ttl'].includes(field)) {
            assert.deepEqual(message[field], sent[field], field);
        }
    }
    assert.deepStrictEqual(message.correlation_id, Buffer.alloc(16, 9));
    assert.ok(message.ttl > 500000 && message.ttl <= 600000, `ttl ${message.ttl}`);
    assert.deepEqual(message.application_properties,
        { text: 'ä€𝄞', number: 42, fraction: 0.1, flag: true, nothing: null, negative: -5 });
};

exports['large'] = async () => {
    const body = crypto.createHash('sha256').update('large').digest();
    const bytes = Buffer.alloc(10 << 20);
    for (let at = 0; at < bytes.length; at += 32) {
        body.writeUInt32BE(at, 0);
        body.copy(bytes, at);
    }
    const { box } = await there({ body: rhea.message.data_section(bytes), durable: true });
    assert.ok((await box.body()).content.equals(bytes));
    assert.ok(await box.empty());
};

exports['priority'] = async () => {
    const messages = [];
    for (let n = 0; n < 2; n++) {
        for (let priority = 0; priority < 10; priority++) {
            messages.push({ body: `${priority}-${n}`, priority });
        }
    }
    const { box } = await there(...messages);
    const expected = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].flatMap((p) => [`${p}-0`, `${p}-1`]);
    assert.deepStrictEqual(await box.bodies(20), expected);
};

exports['time-to-live'] = async () => {
    const { box } = await there({ body: 'short', ttl: 1 }, { body: 'long', ttl: 600000 });
    await delay(20);
    assert.strictEqual(await box.body(), 'long');
    assert.ok(await box.empty());
};

exports['scheduled'] = async () => {
    const begun = Date.now();
    const earliest = new Map([['now', 0], ['after a while', begun + 300], ['at a time', begun + 700]]);
    const { box } = await there(
        { body: 'at a time', message_annotations: { 'x-opt-delivery-time': types.wrap_long(begun + 700) } },
        { body: 'after a while', message_annotations: { 'x-opt-delivery-delay': 300 } },
        { body: 'now' },
    );
    while (earliest.size > 0) {
        const body = await box.body();
        assert.ok(Date.now() >= earliest.get(body), `${body} came too early, or twice`);
        earliest.delete(body);
    }
};

exports['accepted'] = async () => {
    const { connection, box } = await there({ body: 'a' }, { body: 'b' });
    (await box.next()).delivery.accept();
    (await box.next()).delivery.accept();
    await close(connection);
    assert.ok(await (await inbox(await connect(), scene.address)).empty());
};

exports['released'] = async () => {
    const { box } = await there({ body: 'a' }, { body: 'b' });
    (await box.next()).delivery.release();
    const { message, delivery } = await box.next();
    assert.strictEqual(message.body, 'a');
    assert.ok(!message.delivery_count);
    delivery.accept();
    assert.strictEqual(await box.body(), 'b');
};

exports['rejected'] = async () => {
    const { connection, box } = await there({ body: 'bad' });
    (await box.next()).delivery.reject({ condition: 'app:broken', description: 'no such customer' });
    const dead = await deadLetter(connection, scene.address);
    assert.strictEqual(dead.body, 'bad');
    assert.strictEqual(dead.message_annotations['x-opt-dead-letter-reason'], 'rejected');
    assert.strictEqual(dead.message_annotations['x-opt-dead-letter-condition'], 'app:broken');
    assert.strictEqual(dead.message_annotations['x-opt-dead-letter-description'], 'no such customer');
};

exports['modified'] = async () => {
    const { box } = await there({ body: 'a' }, { body: 'b' });
    (await box.next()).delivery.modified({ delivery_failed: true });
    const { message, delivery } = await box.next();
    assert.strictEqual(message.body, 'a');
    assert.strictEqual(message.delivery_count, 1);
    delivery.accept();
    assert.strictEqual(await box.body(), 'b');
};

exports['undeliverable-here'] = async () => {
    const { box } = await there({ body: 'a' });
    const { delivery } = await box.next();
    const other = await inbox(await connect(), scene.address);
    delivery.modified({ undeliverable_here: true });
    const { message, delivery: taken } = await other.next();
    assert.strictEqual(message.body, 'a');
    assert.ok(await box.empty());
    taken.accept();
};

exports['modified-annotations'] = async () => {
    const { box } = await there({ body: 'a', message_annotations: { 'x-opt-old': 'kept' } });
    (await box.next()).delivery.modified({ delivery_failed: true, message_annotations: { 'x-opt-new': 'added' } });
    const { message, delivery } = await box.next();
    assert.strictEqual(message.message_annotations['x-opt-old'], 'kept');
    assert.strictEqual(message.message_annotations['x-opt-new'], 'added');
    delivery.accept();
};

exports['redelivered'] = async () => {
    const { connection } = await there({ body: 'a' }, { body: 'b' });
    const counted = rhea.message.modified({ delivery_failed: true }).described();
    const first = await connect();
    const box = await inbox(first, { address: scene.address, default_outcome: counted });
    await box.next();
    await close(first);
    const again = await inbox(connection, scene.address);
    const { message, delivery } = await again.next();
    assert.strictEqual(message.body, 'a');
    assert.strictEqual(message.delivery_count, 1);
    delivery.accept();
    const { message: fresh } = await again.next();
    assert.strictEqual(fresh.body, 'b');
    assert.ok(!fresh.delivery_count);
};

exports['refused'] = async () => {
    const out = await outbox(await connect(), { target: {} });
    const { outcome, error } = await out.send({ to: '$nowhere', body: 'x' });
    assert.strictEqual(outcome, 'rejected');
    assert.strictEqual(error.condition, 'amqp:not-found');
    assert.match(error.description, /\$nowhere/);
};
