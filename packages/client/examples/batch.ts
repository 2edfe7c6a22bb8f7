import type { BatchJob } from '@dts/client';
import { client, gateway } from './client.ts';

const jobs = ['healthz', 'readyz'].map(
  (path): BatchJob => ({ name: 'http.request', payload: { method: 'GET', url: `${gateway}/${path}` } }),
);
for (const { job, error } of await client.submitMany(jobs)) console.log(job ? job.id : `refused: ${error.message}`);
