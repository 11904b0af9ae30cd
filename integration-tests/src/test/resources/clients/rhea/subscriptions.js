// What is asked of rhea beside the rows of the table: durable subscriptions that wait as long as was asked, and no longer.
'use strict';

const { assert, scene, event, connect, outbox, inbox } = require('./peer.js');

const topic = (address, more) => Object.assign({ address, capabilities: ['topic'] }, more);

/** Goes away and leaves the subscription. */
async function detach(box) {
    const detached = event(box.receiver, 'receiver_close');
    box.receiver.detach();
    await detached;
    box.receiver.remove();
}

exports['subscription-expiry'] = async () => {
    const connection = await connect({ container_id: scene.address });
    const source = (timeout) => topic(scene.address, { durable: 2, expiry_policy: 'link-detach', timeout });
    const out = await outbox(await connect(), { target: topic(scene.address) });
    const waits = await inbox(connection, source(3600), { name: 'hour' });
    assert.strictEqual(waits.receiver.source.expiry_policy, 'link-detach');
    assert.strictEqual(waits.receiver.source.timeout, 3600);
    const brief = await inbox(connection, source(1), { name: 'second' });
    await detach(waits);
    // Whoever looks at its queue is told when that goes.
    const watcher = await inbox(connection, `${scene.address}::${scene.address}.second`);
    const gone = event(watcher.receiver, 'receiver_error');
    await detach(brief);
    await out.accepted({ body: 'for one of them', durable: true });
    await gone;
    assert.strictEqual(watcher.receiver.error.condition, 'amqp:resource-deleted');
    assert.ok(await (await inbox(connection, source(1), { name: 'second' })).empty());
    const back = await inbox(connection, source(3600), { name: 'hour' });
    assert.strictEqual(await back.body(), 'for one of them');
};
