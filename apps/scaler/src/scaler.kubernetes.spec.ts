import { waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEPLOYMENT, MAX, ScaledPool, SLOTS } from './fixtures/scaled-pool.js';
import { NAMESPACE, type ScalerCluster, startScalerCluster } from './fixtures/scaler-cluster.js';

let cluster: ScalerCluster;
beforeAll(async () => {
  cluster = await startScalerCluster();
});
afterAll(() => cluster?.stop());

let pool: ScaledPool;
const start = async (scalers: readonly Readonly<Record<string, string>>[] = [{}, {}]) => {
  pool = await ScaledPool.start(cluster, { mode: 'enforce', min: 1, scalers });
};
afterEach(() => pool?.stop());

describe('the scaler on a Kubernetes', () => {
  it('follows the load up and down, takes away none that runs a job, and says why in Events', async () => {
    await start();
    const ids = await pool.submit(30);
    await pool.untilReplicas(MAX);
    await pool.calls.untilCount(MAX * SLOTS);
    pool.calls.answerAll(pool.calls.paths.at(-1));
    await pool.untilReplicas(1);
    const left = async () => {
      const workers = await pool.workers.list();
      return workers.length === 1 && workers;
    };
    const [busy] = await waitFor(left, { timeoutMs: 20_000, describe: 'one worker' });
    expect(busy?.queues).toEqual([{ queue: 'io', slots: SLOTS, busy: 1 }]);
    expect(await cluster.untilPods(DEPLOYMENT, 1)).toEqual([busy?.host]);
    pool.calls.answerAll();
    await pool.untilCompleted(ids);
    expect(pool.calls.paths).toHaveLength(ids.length);
    const told = await cluster.kubectl('describe', 'deployment', DEPLOYMENT);
    expect(told).toMatch(/ScaledUp .*dts-scaler .*Scaled from 1 to \d workers: \w/);
    expect(told).toMatch(/ScaledDown .*dts-scaler .*Scaled from \d to 1 workers: \w/);
  });

  it('is led by one of several, and by another within 20 seconds when that one is killed', async () => {
    await start();
    const first = await pool.leader();
    await waitFor(async () => (await leading()).toSorted().join() === '0,1', { describe: 'one leader and one that follows' });
    await first.kill();
    expect(await pool.leader(20_000)).not.toBe(first);
    await pool.submit(30);
    await pool.untilReplicas(MAX);
  });

  it('leaves a Deployment alone that an autoscaler has, says so, and goes on when it has it no more', async () => {
    await start([{}]);
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: DEPLOYMENT };
    const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 2, metrics: [] };
    const metadata = { name: 'by-cpu', namespace: NAMESPACE };
    await cluster.kubernetes.apply([{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec }]);
    await pool.submit(30);
    const leader = await pool.leader();
    const wants = async () => {
      const { desired, problem } = await pool.seenBy(leader);
      return desired !== null && desired > 1 && problem;
    };
    const problem = await waitFor(wants, { timeoutMs: 20_000, describe: 'a decision that cannot be carried out' });
    expect(problem).toMatch(/^Deployment dts\/worker-io is scaled by the HorizontalPodAutoscaler dts\/by-cpu: delete that/);
    expect(await cluster.replicas(DEPLOYMENT)).toBe(1);
    await cluster.kubectl('delete', 'hpa', 'by-cpu');
    await pool.untilReplicas(MAX);
  });
});

/** What each scaler says of whether it leads. */
async function leading(): Promise<string[]> {
  const metrics = await Promise.all(pool.scalers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  return metrics.map((text) => /^dts_scaler_leader (\d)$/m.exec(text)?.[1] ?? 'says nothing');
}
