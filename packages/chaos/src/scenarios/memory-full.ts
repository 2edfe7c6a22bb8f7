import { setTimeout as delay } from 'node:timers/promises';
import type { RedisProcess } from '../redis/redis-process.js';
import { startCrew, submitHeldJobs, untilHeld } from '../stage/held-jobs.js';
import type { Scenario } from './scenario.js';

const ROOM_BYTES = 2 * 1_024 * 1_024;
const VALUE = 'x'.repeat(64 * 1_024);
/** More than there is room for, several times over. */
const VALUES = 200;
const FULL_MS = 2_000;
/** For what is submitted meanwhile. */
const SPARE_SLOTS = 500;

/** Someone else's keys fill the memory, so that no guard at the gateway can prevent it. */
export const memoryFull: Scenario = {
  name: 'memory-full',
  fault: 'other keys fill Redis up to maxmemory; it is raised later',
  load: 'concurrent callers; 10,000 running jobs',
  holds: 'a clear refusal, nothing acknowledged that is not stored, and it drains afterwards',
  control: 'maxmemory-policy allkeys-random',
  harm: 'lost',
  apart: true,
  quick: false,
  async play(stage, arm) {
    const policy = arm === 'control' ? 'allkeys-random' : 'noeviction';
    const redis = await stage.startRedis({ settings: { 'maxmemory-policy': policy } });
    const { held } = stage.profile;
    await stage.startGateway();
    await Promise.all([startCrew(stage, held + SPARE_SLOTS), submitHeldJobs(stage, held)]);
    await untilHeld(stage, held);
    const load = stage.startLoad({ believed: 50 });
    await stage.untilFault();
    await redis.command('CONFIG', 'SET', 'maxmemory', String((await usedMemory(redis)) + ROOM_BYTES));
    stage.timeline.mark('maxmemory');
    await fill(redis);
    await delay(FULL_MS);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    stage.timeline.mark('raised');
    await stage.recovery.ofCallers(load);
    stage.receiver.release();
    await stage.finish();
    const reasons = [...load.troubles.keys()];
    const isClear = reasons.length > 0 && reasons.every((reason) => /^(429|503) \S/.test(reason));
    stage.expect('callers are told, by 429 or 503', isClear, reasons.join(', '));
  },
};

/** Until Redis takes no more; one that evicts takes them all. */
async function fill(redis: RedisProcess): Promise<void> {
  try {
    for (let number = 1; number <= VALUES; number++) await redis.command('SET', `filler:${number}`, VALUE);
  } catch (error) {
    if (!String(error).includes('OOM')) throw error;
  }
}

async function usedMemory(redis: RedisProcess): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))?.[1]);
}
