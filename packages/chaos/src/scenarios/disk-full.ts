import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { SmallDisk } from '../redis/small-disk.js';
import { startCrew, submitHeldJobs, untilHeld } from '../stage/held-jobs.js';
import type { Scenario } from './scenario.js';

const SMALL_MB = 3;
const LARGE_MB = 4_096;
const FILLS_WITHIN_MS = 60_000;
const FULL_MS = 1_000;
/** For what is submitted meanwhile. */
const SPARE_SLOTS = 500;

/** With `always` Redis ends when it cannot write; without, it lives, and has answered for what never gets there. */
export const diskFull: Scenario = {
  name: 'disk-full',
  fault: 'the disk of Redis is full, and then the power goes; it gets room later, and Redis is started again',
  load: 'concurrent callers; 10,000 running jobs (100 in the quick matrix)',
  holds: 'a clear refusal, nothing acknowledged that is not stored, and it drains afterwards',
  control: 'appendfsync no',
  harm: 'lost',
  apart: true,
  quick: true,
  obstacle: SmallDisk.obstacle,
  async play(stage, arm) {
    const isWeak = arm === 'control';
    const disk = await SmallDisk.mount(LARGE_MB);
    stage.onLeave(() => disk.unmount());
    const redis = await stage.startRedis({ isWatched: true, dir: disk.dir, settings: isWeak ? { appendfsync: 'no' } : {} });
    const { held } = stage.profile;
    await stage.startGateway(isWeak ? { DURABILITY: 'fast' } : {});
    await Promise.all([startCrew(stage, held + SPARE_SLOTS), submitHeldJobs(stage, held)]);
    await untilHeld(stage, held);
    await disk.leaveRoom(SMALL_MB);
    const load = stage.startLoad({ believed: 50 });
    await waitFor(() => load.troubles.size > 0, { timeoutMs: FILLS_WITHIN_MS, describe: 'the disk to fill up' });
    stage.timeline.mark('disk full');
    await delay(FULL_MS);
    stage.timeline.mark(`power cut, ${await redis.cutPower()} bytes gone`);
    await disk.leaveRoom(LARGE_MB);
    await redis.start();
    stage.timeline.mark('room again');
    await stage.recovery.ofCallers(load);
    stage.receiver.release();
    await stage.finish();
    const reasons = [...load.troubles.keys()];
    stage.expect(
      'callers are told',
      reasons.some((reason) => reason.startsWith('503')),
      reasons.join(', '),
    );
  },
};
