// rhea, unmodified, against a started broker: `program.js features`, or `program.js FEATURE key=value...`.
'use strict';

const { scene, containers } = require('./peer.js');

const features = Object.assign(
    {},
    require('./connections.js'),
    require('./messages.js'),
    require('./receivers.js'),
    require('./nodes.js'),
);
const tasks = Object.assign({}, require('./exchange.js'), require('./subscriptions.js'));

/** What rhea's interface does not have. */
const cannot = {
    'scram': 'has no SCRAM',
    'aborted': 'cannot give up a message half-way',
    'commit': 'has no transactions',
    'rollback': 'has no transactions',
};

async function main([task, ...options]) {
    if (task === 'features') {
        Object.keys(features).forEach((feature) => console.log(`can ${feature}`));
        Object.entries(cannot).forEach(([feature, reason]) => console.log(`cannot ${feature} ${reason}`));
        return;
    }
    options.forEach((option) => {
        const at = option.indexOf('=');
        scene[option.slice(0, at)] = option.slice(at + 1);
    });
    scene.port = Number(scene.port);
    await (features[task] || tasks[task])();
    console.log(JSON.stringify({ feature: task, passed: true }));
    containers.forEach((connection) => connection.close());
}

main(process.argv.slice(2)).then(
    () => process.exit(0),
    (error) => {
        console.log(JSON.stringify({ feature: process.argv[2], passed: false, why: String(error && error.stack || error) }));
        console.log(JSON.stringify(error));
        process.exit(1);
    },
);
