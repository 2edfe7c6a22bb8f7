/**
 * A worker for controls: it takes a job out of the queue before it runs it, with no lock and nothing to recover it by.
 * What it holds when it dies is lost, and the auditor must see that. Knows jobs that are due at once only.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

const AGAIN_MS = 100;
const { REDIS_URL = '', QUEUE_PREFIX = '', QUEUE = 'io', SLOTS, PORT, HOST } = process.env;
const root = `${QUEUE_PREFIX}:${QUEUE}:`;

const redis = connect();
for (let slot = 0; slot < Number(SLOTS); slot++) void consume();
createServer((_request, response) => response.end('ready')).listen(Number(PORT), HOST);

async function consume(): Promise<void> {
  for (;;) {
    try {
      const id = (await redis.zpopmin(`${root}prioritized`))[0];
      if (id === undefined) await delay(AGAIN_MS);
      else await run(id);
    } catch {
      await delay(AGAIN_MS); // the job is gone, which is the point
    }
  }
}

async function run(id: string): Promise<void> {
  const { payload } = JSON.parse((await redis.hget(root + id, 'data')) ?? '{}') as { payload: { url?: string; columns?: string[] } };
  await (await fetch(payload.url ?? payload.columns?.[0] ?? '', { headers: { 'idempotency-key': id } })).text();
  await redis.zadd(`${root}completed`, Date.now(), id);
}

function connect(): Redis {
  const client = new Redis(REDIS_URL, { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, retryStrategy: () => AGAIN_MS });
  client.on('error', () => {}); // connects again by itself
  return client;
}
