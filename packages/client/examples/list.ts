import { client, gateway } from './client.ts';

await client.submit('http.request', { method: 'GET', url: `${gateway}/healthz` }, { delay: 60_000, tags: ['report'] });
for await (const job of client.list({ state: ['scheduled', 'waiting'], tag: 'report' })) {
  console.log((await client.cancel(job.id)).state, job.id);
}
