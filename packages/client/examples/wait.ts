import { client, gateway } from './client.ts';

const submitted = await client.submit('http.request', { method: 'GET', url: `${gateway}/healthz` });
const job = await client.waitFor(submitted, { timeoutMs: 60_000 });
if (job.state === 'completed') console.log(`answered ${job.result?.status} after ${job.attemptsMade} attempts`);
else console.log(`${job.state}: ${job.error?.message}`);
