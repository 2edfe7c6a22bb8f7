/** node product-submit.js KIND COUNT: submits jobs to the gateway in batches, when it is told to go. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { call } from '../api.js';

/** As many as a batch may have. */
const BATCH = 1_000;

const { GATEWAY_URL = '', API_KEY_FILE = '', RECEIVER_URL } = process.env;
const [kind, count] = process.argv.slice(2);
const api = { url: GATEWAY_URL, apiKey: readFileSync(API_KEY_FILE, 'utf8').trim() };
const jobs = Array.from({ length: Number(count) }, (_, number) => ({
  name: 'http.request',
  payload: { url: `${RECEIVER_URL}/jobs/${number}`, text: (kind === 'noop' ? 'y' : 'x').repeat(120) },
}));

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'go') continue;
  for (let at = 0; at < jobs.length; at += BATCH) {
    const { results } = await call<{ results: readonly { readonly status: number }[] }>(api, 'POST', 'jobs:batch', {
      jobs: jobs.slice(at, at + BATCH),
    });
    const refused = results.find(({ status }) => status !== 201);
    if (refused) throw new Error(`a job was refused: ${JSON.stringify(refused)}`);
  }
  console.log('submitted');
  process.exit();
}
