import { open } from 'node:fs/promises';
import type { BatchJob } from '@dts/client';
import { client, gateway } from './client.ts';

// A path a line. The file is read as fast as the gateway takes jobs, and never more than 1,000 lines ahead of the results.
async function* jobs(file: string): AsyncGenerator<BatchJob> {
  const lines = await open(file);
  for await (const path of lines.readLines()) {
    yield { name: 'http.request', payload: { method: 'GET', url: gateway + path }, idempotencyKey: `${file}:${path}` };
  }
}

let taken = 0;
for await (const { job, error, idempotencyKey } of client.submitStream(jobs(process.argv[2] ?? 'paths.txt'))) {
  if (job) taken++;
  else console.log(`${idempotencyKey} was refused: ${error.message}`);
}
console.log(`${taken} jobs submitted`);
