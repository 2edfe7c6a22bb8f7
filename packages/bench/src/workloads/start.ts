import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type Program, startProgram, waitFor } from '@dts/testkit';
import { Redis } from 'ioredis';
import { call } from '../api.js';
import { cpuTime } from '../cpu-time.js';
import { figure } from '../goal.js';
import type { Plan } from '../plan.js';
import { processTree } from '../process-tree.js';
import type { Lineup, Sample, Workload } from '../workload.js';

const ROOT = resolve(import.meta.dirname, '../../../..');
/** Until what a start does beside serving is done. */
const SETTLE_MS = 5_000;
const IDLE_MS = { full: 30_000, quick: 5_000 };
const START_MS = 60_000;

/** What one waits for, and pays, before anything happens. */
export const start: Workload = {
  name: 'start',
  title: 'Cold start, and the idle stack',
  conditions: [
    '`npm start` on a checkout that is built and an empty data folder, until the first job is done: a call of the gateway',
    `then nothing is asked of it for ${SETTLE_MS / 1_000} s, and processor time (100 % is one core) and commands counted for ${IDLE_MS.full / 1_000} s (${IDLE_MS.quick / 1_000} with --quick): npm, gateway, scaler, workers, Redis`,
  ],
  metrics: [
    { key: 'seconds', title: 's to the first job done', digits: 2 },
    { key: 'cpu', title: '% of a core, idle', digits: 2 },
    { key: 'commands', title: 'Redis commands/s, idle', digits: 0 },
  ],
  goals: [
    { title: 's from npm start to the first job done', better: 'lower', must: 3, digits: 1, read: figure('seconds', 'stack') },
    { title: '% of a core that the idle stack takes', better: 'lower', must: 1, digits: 1, read: figure('cpu', 'stack') },
  ],
  open,
};

async function open(plan: Plan): Promise<Lineup> {
  const contenders = [{ name: 'stack', does: 'npm start', run: (signal: AbortSignal) => measure(IDLE_MS[plan.name], signal) }];
  return { contenders, reset: async () => {}, [Symbol.asyncDispose]: async () => {} };
}

async function measure(idleMs: number, signal: AbortSignal): Promise<Sample> {
  await using opening = new AsyncDisposableStack();
  const dataDir = opening.adopt(await mkdtemp(join(tmpdir(), 'dts-bench-')), (path) => rm(path, { recursive: true }));
  const port = await freePort();
  const startedAt = performance.now();
  const program = opening.adopt(
    await startProgram('npm', { args: ['start'], cwd: ROOT, env: { DATA_DIR: dataDir, PORT: String(port) } }),
    async (running: Program) => void (await running.stop(START_MS)),
  );
  const url = `http://127.0.0.1:${port}`;
  await untilFirstJob(program, url, dataDir);
  const seconds = (performance.now() - startedAt) / 1_000;
  await delay(SETTLE_MS, undefined, { signal });
  const before = await usage(program, dataDir);
  await delay(idleMs, undefined, { signal });
  const after = await usage(program, dataDir);
  return {
    seconds,
    cpu: (after.cpuUs - before.cpuUs) / idleMs / 10,
    commands: ((after.commands - before.commands) / idleMs) * 1_000,
  };
}

async function untilFirstJob(program: Program, url: string, dataDir: string): Promise<void> {
  const options = { timeoutMs: START_MS, describe: `npm start to be ready; ${program.tail}` };
  await waitFor(async () => (await fetch(`${url}/readyz`)).ok, options);
  const apiKey = (await readFile(join(dataDir, 'api-key'), 'utf8')).trim();
  const payload = { method: 'GET', url: `${url}/healthz` };
  const { id } = await call<{ id: string }>({ url, apiKey }, 'POST', 'jobs', { name: 'http.request', payload });
  const { state } = await call<{ state: string }>({ url, apiKey }, 'GET', `jobs/${id}?wait=30`);
  if (state !== 'completed') throw new Error(`the first job is ${state}`);
}

/** So far: microseconds of processor time of the whole stack, commands of its Redis. */
async function usage(program: Program, dataDir: string): Promise<{ readonly cpuUs: number; readonly commands: number }> {
  const times = await Promise.all((await processTree(program.pid)).map(cpuTime));
  const conf = await readFile(join(dataDir, 'redis/redis.conf'), 'utf8');
  const redis = new Redis({ port: Number(/^port (\d+)$/m.exec(conf)?.[1]), password: /^requirepass "(.*)"$/m.exec(conf)?.[1] });
  try {
    const commands = Number(/^total_commands_processed:(\d+)/m.exec(await redis.info('stats'))?.[1]);
    return { cpuUs: times.reduce((sum, time) => sum + time, 0), commands };
  } finally {
    redis.disconnect();
  }
}
