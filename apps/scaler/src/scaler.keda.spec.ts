import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { freePort, Keda, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX, ScaledPool } from './fixtures/scaled-pool.js';
import { type ScalerCluster, startScalerCluster } from './fixtures/scaler-cluster.js';

const DOCS = resolve(import.meta.dirname, '../../../docs/scaling.md');
/** KEDA polls every five seconds, and the HorizontalPodAutoscaler takes a step every two. */
const PATIENCE_MS = 90_000;

let cluster: ScalerCluster;
let keda: Keda;
let pool: ScaledPool;
beforeAll(async () => {
  cluster = await startScalerCluster();
  keda = await Keda.start(cluster.kubernetes);
  const port = await freePort();
  pool = await ScaledPool.start(cluster, { mode: 'observe', min: 0, scalers: [{ KEDA_PORT: String(port) }] });
  const scaledObject = await documentedScaledObject();
  await cluster.kubernetes.apply(scaledObject.replace('dts-scaler.dts:3003', `127.0.0.1:${port}`), '--validate=strict');
}, 300_000);
afterAll(async () => {
  await pool?.stop();
  await keda?.stop();
  await cluster?.stop();
}, 60_000);

async function documentedScaledObject(): Promise<string> {
  const found = /```yaml\n(apiVersion: keda[\s\S]*?)```/.exec(await readFile(DOCS, 'utf8'))?.[1];
  if (found === undefined) throw new Error('docs/scaling.md shows no ScaledObject');
  return found;
}

async function untilReplicas(count: number): Promise<void> {
  await pool.untilReplicas(count, PATIENCE_MS).catch(async (error: Error) => {
    const state = await cluster.kubectl('describe', 'scaledobject,hpa');
    throw new Error(`${error.message}\n\n${state}\n\n${keda.tail}`);
  });
}

describe('a pool that KEDA scales by the ScaledObject of the documentation', () => {
  it('follows its load up, to zero, and back when a job comes, with real workers', async () => {
    const ids = await pool.submit(30);
    await untilReplicas(MAX);
    pool.calls.answerAll();
    await pool.untilCompleted(ids);
    await untilReplicas(0);
    // The last one may still fetch while its pod goes.
    await waitFor(async () => (await pool.workers.list()).length === 0, { timeoutMs: 30_000, describe: 'no worker to be there' });
    await pool.untilCompleted(await pool.submit(1));
    expect(pool.calls.paths).toHaveLength(ids.length + 1);
    await untilReplicas(0);
  }, 400_000);
});
