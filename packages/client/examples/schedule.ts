import { client, gateway } from './client.ts';

const job = { name: 'http.request', payload: { method: 'GET', url: `${gateway}/healthz` } } as const;
const schedule = await client.schedules.put('nightly', { cron: '30 2 * * *', timezone: 'Europe/Berlin', overlap: 'skip', job });
console.log('next run', schedule.nextRuns[0]);
console.log('now', (await client.schedules.trigger('nightly')).id);
await client.schedules.delete('nightly');
