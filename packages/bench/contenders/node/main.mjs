// node main.mjs NAME worker CONCURRENCY [MODE], or node main.mjs NAME submit KIND COUNT
import { createInterface } from 'node:readline';
import { payloads } from './jobs.mjs';

const [name, role, ...rest] = process.argv.slice(2);
const contender = await import(`./${name}.mjs`);

async function work(concurrency, mode) {
  await contender.work(Number(concurrency), mode);
  console.log('ready');
}

/** Connects first: what is measured begins with the line that tells it to go. */
async function submit(kind, count) {
  const jobs = payloads(kind, Number(count));
  const send = await contender.producer();
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'go') continue;
    await send(jobs);
    console.log('submitted');
    process.exit();
  }
}

process.on('SIGTERM', () => process.exit());
await (role === 'worker' ? work(...rest) : submit(...rest));
