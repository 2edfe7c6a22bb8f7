import { client } from './client.ts';

for await (const { name, counts, busy, slots } of client.queues.list()) console.log(name, counts.waiting, `${busy}/${slots}`);
await client.queues.setLimits('cpu', { concurrency: 2, rate: { max: 100, per: 60_000 } });
await client.queues.pause('cpu');
await client.queues.resume('cpu');
await client.queues.setLimits('cpu', { concurrency: null, rate: null });

await client.tenants.setLimits('acme', { weight: 2, concurrency: { io: 50 } });
console.log('acme', (await client.tenants.limits('acme')).concurrency);
await client.tenants.clearLimits('acme');

for await (const { id, busy, slots } of client.workers.list()) console.log(id, `${busy}/${slots}`);
for (const { action, outcome } of (await client.audit.listPage({ target: 'cpu' }, { limit: 1 })).items) console.log(action, outcome);
