import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEPLOYMENT, MAX, ScaledPool, SLOTS } from './fixtures/scaled-pool.js';
import { type ScalerCluster, startScalerCluster } from './fixtures/scaler-cluster.js';

let cluster: ScalerCluster;
let pool: ScaledPool;
beforeAll(async () => {
  cluster = await startScalerCluster();
  pool = await ScaledPool.start(cluster, { mode: 'enforce', min: 1, scalers: [{}, {}] });
});
afterAll(async () => {
  await pool?.stop();
  await cluster?.stop();
});

describe('the scaler on a Kubernetes whose API server goes', () => {
  it('takes nobody away while the API server is gone for 30 seconds, says so, and goes on when it is back', async () => {
    const ids = await pool.submit(30);
    await pool.untilReplicas(MAX);
    await pool.calls.untilCount(MAX * SLOTS);
    await cluster.kubernetes.killApiServer();
    const back = delay(30_000);
    pool.calls.answerAll();
    await pool.untilCompleted(ids);
    for (const scaler of pool.scalers) {
      const unknown = async () => {
        const { decision } = await pool.seenBy(scaler);
        return decision?.signal.state === 'unknown' && decision.reason;
      };
      expect(await waitFor(unknown, { timeoutMs: 20_000, describe: 'a load that is unknown' })).toMatch(/Kubernetes/);
    }
    await back;
    expect((await pool.workers.list()).map(({ draining }) => draining)).toEqual(Array.from({ length: MAX }, () => false));
    await cluster.kubernetes.startApiServer();
    expect(await cluster.replicas(DEPLOYMENT)).toBe(MAX);
    // It takes nobody away in the first 30 seconds with a load that is known again.
    await pool.untilReplicasAre('fewer replicas', (replicas) => replicas < MAX, 80_000);
    expect(pool.scalers.map(({ program }) => program.isRunning)).toEqual([true, true]);
  }, 240_000);
});
