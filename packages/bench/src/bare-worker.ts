/** What one would write in a minute: BullMQ's worker as it comes. Its jobs do what those of `stub-handler.mjs` do. */
import { createServer } from 'node:http';
import { Worker } from 'bullmq';

const { HOST, PORT, REDIS_URL, SLOTS } = process.env;
const answer = async () => ({
  status: 200,
  headers: {},
  body: String(performance.timeOrigin + performance.now()),
  truncated: false,
  durationMs: 0,
});
const worker = new Worker('bare', answer, { connection: { url: REDIS_URL, maxRetriesPerRequest: null }, concurrency: Number(SLOTS) });
const readiness = createServer((_, response) => response.end('{}'));

process.once('SIGTERM', async () => {
  readiness.close();
  await worker.close();
});

await worker.waitUntilReady();
readiness.listen(Number(PORT), HOST);
