// Messages for the other clients, and from them: the same set whoever sends it.
'use strict';

const { rhea, assert, scene, connect, outbox, inbox } = require('./peer.js');

const { types } = rhea;
const LIST = ['one', types.wrap_int(2), types.wrap_double(3.5), true];
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

exports['send-bodies'] = async () => {
    const out = await outbox(await connect(), scene.address);
    await out.accepted(
        { subject: 'data', body: rhea.message.data_section(BYTES) },
        { subject: 'text', body: 'ä€𝄞' },
        {
            subject: 'map',
            body: {
                text: 'ä€𝄞', int: types.wrap_int(-7), long: types.wrap_long(1099511627776), flag: true,
                double: types.wrap_double(0.5), bytes: Buffer.from([0, 1, 255]),
            },
        },
        { subject: 'list', body: LIST },
        { subject: 'sequence', body: rhea.message.sequence_section(LIST) },
        { subject: 'empty', body: null },
        {
            subject: 'properties', body: 'properties', correlation_id: 'correlation-1', reply_to: 'answers', group_id: 'group',
            group_sequence: 7,
            application_properties: {
                text: 'ä€𝄞', int: types.wrap_int(42), long: types.wrap_long(1099511627776), flag: true, double: types.wrap_double(0.1),
            },
        },
        { subject: 'end', body: 'end' },
    );
};

const expected = {
    data: (message) => {
        assert.strictEqual(message.body.typecode, 0x75);
        assert.deepStrictEqual(message.body.content, BYTES);
    },
    text: (message) => assert.strictEqual(message.body, 'ä€𝄞'),
    map: (message) => assert.deepStrictEqual({ ...message.body },
        { text: 'ä€𝄞', int: -7, long: 1099511627776, flag: true, double: 0.5, bytes: Buffer.from([0, 1, 255]) }),
    list: (message) => assert.deepStrictEqual(message.body, ['one', 2, 3.5, true]),
    sequence: (message) => {
        assert.strictEqual(message.body.typecode, 0x76);
        assert.deepStrictEqual(message.body.content, ['one', 2, 3.5, true]);
    },
    empty: (message) => assert.ok(message.body === null || message.body === undefined),
    properties: (message) => {
        assert.strictEqual(message.body, 'properties');
        assert.strictEqual(message.correlation_id, 'correlation-1');
        assert.strictEqual(message.reply_to, 'answers');
        assert.strictEqual(message.group_id, 'group');
        assert.strictEqual(message.group_sequence, 7);
        assert.deepStrictEqual({ ...message.application_properties },
            { text: 'ä€𝄞', int: 42, long: 1099511627776, flag: true, double: 0.1 });
    },
};

exports['receive-bodies'] = async () => {
    const box = await inbox(await connect(), scene.address);
    let count = 0;
    for (;;) {
        const { message, delivery } = await box.next();
        delivery.accept();
        if (message.subject === 'end') {
            break;
        }
        expected[message.subject](message);
        count++;
    }
    console.log(`received ${count}`);
};
