import { fileURLToPath } from 'node:url';
import { type Stack, startServer } from '@dts/testkit';
import { SLOTS } from './workers.js';

export interface BareProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** Fastify and BullMQ by themselves. */
export function startBareServer(stack: Stack): Promise<BareProcess> {
  return start('bare-server.js', stack, {});
}

/** BullMQ's own worker. */
export function startBareWorker(stack: Stack): Promise<BareProcess> {
  return start('bare-worker.js', stack, { SLOTS: String(SLOTS) });
}

async function start(file: string, { redis }: Stack, env: Readonly<Record<string, string>>): Promise<BareProcess> {
  const path = fileURLToPath(new URL(`./${file}`, import.meta.url));
  const app = await startServer(path, { env: { REDIS_URL: redis.url, ...env } });
  const stop = async () => {
    await app.stop();
  };
  return { url: app.url, pid: app.pid, [Symbol.asyncDispose]: stop };
}
