import { setTimeout as delay } from 'node:timers/promises';
import { startSentinel } from '@dts/testkit';
import type { Scenario } from './scenario.js';

/** Milliseconds for which it is still connected, and for which it is not: what is sent to it meanwhile it finds in its socket later. */
const SILENT_MS: readonly [number, number] = [500, 1_000];
const CUT_OFF_MS: readonly [number, number] = [1_000, 2_000];

/** What only the master has when it dies is gone, be it on the master's disk or not. */
export const replicaPromoted: Scenario = {
  name: 'replica-promoted',
  fault:
    'the replica stands still and is cut off; then the master dies, the replica goes on, Sentinel promotes it, and the old master comes back',
  load: 'concurrent callers, delayed, prioritized and ordered jobs among them',
  holds: 'nothing lost: what the replica does not have is not acknowledged',
  control: 'DURABILITY=synced, which does not wait for replicas',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    const group = await startSentinel({ replicas: 1 });
    stage.onLeave(() => group.stop());
    stage.useRedis(group.url);
    const env = { DURABILITY: arm === 'control' ? 'synced' : 'replicated' };
    await Promise.all([stage.startGateway(env), stage.startWorker()]);
    const load = stage.startLoad();
    await stage.untilFault();
    const [replica] = group.data.replicas;
    stage.timeline.mark('replica SIGSTOP');
    replica?.pause();
    await delay(stage.random.between(...SILENT_MS));
    stage.timeline.mark('replica cut off');
    await group.data.master.call('CLIENT', 'KILL', 'TYPE', 'replica');
    await delay(stage.random.between(...CUT_OFF_MS));
    stage.timeline.mark('master kill -9');
    await group.data.master.kill();
    replica?.resume();
    await group.untilPromoted(group.data.master);
    stage.timeline.mark('promoted');
    // It follows now, and what it alone had is gone. Until then nobody is there to confirm anything.
    await group.data.master.start();
    await stage.recovery.ofCallers(load);
    await stage.finish();
  },
};
