import { setTimeout as delay } from 'node:timers/promises';
import { type App, waitFor } from '@dts/testkit';
import { Redis } from 'ioredis';
import type { Arm } from '../stage/arm.js';
import { submitHeldJobs, untilHeld } from '../stage/held-jobs.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const JOBS = 10_000;
/** Half of the workers are killed. */
const TAKEN_BACK = JOBS / 2;
const RECOVERED_MS = 20_000;
/** Milliseconds for which one command may keep Redis from everybody else: half a lock later, jobs of living workers would be lost to them. */
const BLOCKED_MS = 5_000;
const FILL_MS = 120_000;

function tenThousand(name: string, workers: number): Scenario {
  return {
    name,
    fault: `${workers / 2} of ${workers} workers killed with -9 at once`,
    load: `${JOBS} jobs that are all running, ${JOBS / workers} in each worker`,
    holds: `what they ran is running again within ${RECOVERED_MS / 1_000} s, and nothing else is; none is dead`,
    control: 'workers that take jobs out of the queue before they run them',
    harm: 'lost',
    apart: true,
    quick: false,
    play: (stage, arm) => play(stage, arm, workers),
  };
}

async function play(stage: Stage, arm: Arm, count: number): Promise<void> {
  const start = (howMany: number) => Promise.all(Array.from({ length: howMany }, () => startWorker(stage, arm, JOBS / count)));
  await stage.startRedis();
  await stage.startGateway();
  await submitHeldJobs(stage, JOBS);
  const workers = await start(count);
  await untilHeld(stage, JOBS);
  stage.timeline.mark(`${JOBS} jobs run`);
  if (arm === 'product') await expectAllActive(stage);
  await delay(stage.random.between(0, 5_000));
  stage.timeline.mark('worker kill -9');
  const killedAt = Date.now();
  await Promise.all(workers.slice(0, count / 2).map((worker) => worker.kill()));
  await start(count / 2);
  if (arm === 'product') await expectRecovery(stage, killedAt);
  stage.receiver.release();
  await stage.drain();
}

/** With the product's own lock, whatever the profile says. */
function startWorker(stage: Stage, arm: Arm, slots: number): Promise<App> {
  return arm === 'control'
    ? stage.startAtMostOnceWorker({ SLOTS: String(slots) })
    : stage.startWorker({ LOCK_DURATION: '', QUEUES: `io:${slots}` });
}

/** The receiver has them all; Redis and the workers' own count must say the same. */
async function expectAllActive(stage: Stage): Promise<void> {
  await using redis = connect(stage);
  const active = await redis.client.llen(`${stage.prefix}:io:active`);
  stage.expect(`${JOBS} jobs are active in Redis`, active === JOBS, String(active));
  const registered = await waitFor(async () => {
    const workers = await readRegistry(redis.client, stage.prefix);
    return sum(workers.map(({ busy }) => busy)) === JOBS && workers;
  });
  const busy = sum(registered.map((worker) => worker.busy));
  const megabytes = Math.round(Math.max(...registered.map(({ memoryBytes }) => memoryBytes)) / 2 ** 20);
  stage.expect(`workers say that they run ${JOBS}`, busy === JOBS, `${busy} in ${registered.length}, ${megabytes} MB the largest`);
}

async function expectRecovery(stage: Stage, killedAt: number): Promise<void> {
  const startedAgain = () => [...stage.executions.byKey.values()].flatMap(({ starts }) => starts.slice(1));
  const describe = `${TAKEN_BACK} jobs to run again`;
  const recovered = waitFor(() => startedAgain().length >= TAKEN_BACK, { timeoutMs: FILL_MS, describe });
  await stage.recovery.until(recovered, describe);
  const took = startedAgain().reduce((latest, at) => Math.max(latest, at), 0) - killedAt;
  stage.expect(`they run again within ${RECOVERED_MS} ms of the kill`, took <= RECOVERED_MS, `${took} ms`);
  const count = startedAgain().length;
  stage.expect('jobs of the other workers do not run again', count === TAKEN_BACK, `${count} of ${TAKEN_BACK} expected`);
  await using redis = connect(stage);
  const blockedMs = await slowestMs(redis.client);
  stage.expect(`no command blocks Redis for ${BLOCKED_MS} ms`, blockedMs <= BLOCKED_MS, `${blockedMs} ms the longest`);
}

function connect(stage: Stage): AsyncDisposable & { readonly client: Redis } {
  const client = new Redis(stage.redis.url);
  return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
}

interface Registered {
  readonly busy: number;
  readonly memoryBytes: number;
}

async function readRegistry(redis: Redis, prefix: string): Promise<Registered[]> {
  const ids = await redis.smembers(`${prefix}:workers`);
  const entries = await Promise.all(ids.map((id) => redis.get(`${prefix}:worker:${id}`)));
  return entries.flatMap((entry) => {
    if (entry === null) return [];
    const { queues, memoryBytes } = JSON.parse(String(entry)) as { queues: { busy: number }[]; memoryBytes: number };
    return [{ busy: sum(queues.map(({ busy }) => busy)), memoryBytes }];
  });
}

/** Milliseconds. Redis counts in microseconds: the third member of each entry of its slow log. */
async function slowestMs(redis: Redis): Promise<number> {
  const entries = (await redis.slowlog('GET', 128)) as [number, number, number][];
  return Math.round(Math.max(0, ...entries.map(([, , microseconds]) => microseconds)) / 1_000);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export const tenThousands: readonly Scenario[] = [tenThousand('ten-thousand', 4), tenThousand('ten-thousand-in-two', 2)];
