import mqtt from 'mqtt';

const [, , , , base] = process.argv;
const client = await mqtt.connectAsync(`${base.replace('https', 'wss')}/mqtt`);
const came = new Promise((done) => client.on('message', (topic, data) => done(`${topic} ${data}`)));
await client.subscribeAsync('demo/#', { qos: 1 });
await client.publishAsync('demo/x', 'hello', { qos: 1 });
console.log(await came);
await client.endAsync();
