import { client, gateway } from './client.ts';

// The compiler checks the payload by the name. Submitted again with its key, it stays one job.
const job = await client.submit(
  'http.request',
  { method: 'GET', url: `${gateway}/healthz` },
  { idempotencyKey: 'invoice-1042', attempts: 3, tags: ['invoice'] },
);
console.log(job.id, job.state, job.replayed ? 'known already' : 'new');
