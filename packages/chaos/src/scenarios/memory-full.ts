import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const ROOM_BYTES = 512 * 1_024;
const FILLS_WITHIN_MS = 8_000;
const FULL_MS = 2_000;

export const memoryFull: Scenario = {
  name: 'memory-full',
  fault: 'Redis reaches maxmemory; it is raised later',
  load: 'concurrent callers',
  holds: 'a clear refusal, nothing acknowledged that is not stored, and it drains afterwards',
  control: 'maxmemory-policy allkeys-random',
  harm: 'lost',
  quick: false,
  async play(stage, arm) {
    const policy = arm === 'control' ? 'allkeys-random' : 'noeviction';
    const redis = await stage.startRedis({ settings: { 'maxmemory-policy': policy } });
    await Promise.all([stage.startGateway(), stage.startWorker()]);
    const load = stage.startLoad();
    await stage.untilFault();
    await redis.command('CONFIG', 'SET', 'maxmemory', String((await usedMemory(stage)) + ROOM_BYTES));
    stage.timeline.mark('maxmemory');
    const isFull = waitFor(() => load.troubles.size > 0, { timeoutMs: FILLS_WITHIN_MS, describe: 'memory to be full' });
    // A control that evicts never is.
    await isFull.catch(() => undefined);
    await delay(FULL_MS);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    stage.timeline.mark('raised');
    await stage.measureRecovery(load);
    await stage.finish(load);
    const reasons = [...load.troubles.keys()];
    stage.expect(
      'callers are told',
      reasons.some((reason) => reason.startsWith('503')),
      reasons.join(', '),
    );
  },
};

async function usedMemory(stage: Stage): Promise<number> {
  const info = String(await stage.redis.command('INFO', 'memory'));
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}
