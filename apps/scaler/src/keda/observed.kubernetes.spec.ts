import { freePort, waitFor } from '@dts/testkit';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { scaleByKeda } from '../fixtures/scaled-object.js';
import { DEPLOYMENT, MAX, ScaledPool } from '../fixtures/scaled-pool.js';
import { type ScalerCluster, startScalerCluster } from '../fixtures/scaler-cluster.js';
import { KedaClient } from './fixtures/keda-client.js';

const IO = { pool: 'io' };

let cluster: ScalerCluster;
beforeAll(async () => {
  cluster = await startScalerCluster();
  await scaleByKeda(cluster, 'by-dts', DEPLOYMENT);
});
afterAll(() => cluster?.stop());

let pool: ScaledPool;
/** Of the leader and of one that follows: KEDA asks any of them. */
let clients: KedaClient[];
beforeEach(async () => {
  const ports = [await freePort(), await freePort()];
  pool = await ScaledPool.start(cluster, { mode: 'observe', min: 1, scalers: ports.map((port) => ({ KEDA_PORT: String(port) })) });
  clients = ports.map((port) => new KedaClient(port));
});
afterEach(async () => {
  for (const client of clients ?? []) client.close();
  await pool?.stop();
});

const answers = () =>
  Promise.all(
    clients.map((client) =>
      client.metrics(IO).then(
        ({ metricValues }) => metricValues[0]?.metricValueFloat,
        ({ code }: { code: status }) => status[code],
      ),
    ),
  );
const untilAll = (what: string, isMeant: (answer: number | string | undefined) => boolean) =>
  waitFor(async () => (await answers()).every(isMeant), { timeoutMs: 30_000, describe: `KEDA to be answered ${what}` });
const untilTold = (answer: number | string) => untilAll(String(answer), (given) => given === answer);

describe('a Deployment that KEDA scales, in mode observe', () => {
  it('is told to KEDA, up and down, and left to it', async () => {
    await untilTold(1);
    const ids = await pool.submit(30);
    await untilAll('more than 1', (answer) => Number(answer) > 1);
    expect(await cluster.replicas(DEPLOYMENT)).toBe(1);
    await cluster.kubectl('scale', 'deployment', DEPLOYMENT, `--replicas=${MAX}`);
    await untilTold(MAX);
    pool.calls.answerAll();
    await pool.untilCompleted(ids);
    await untilTold(1);
    expect(await cluster.replicas(DEPLOYMENT)).toBe(MAX);
    const views = await Promise.all(pool.scalers.map((scaler) => pool.seenBy(scaler)));
    expect(views).toMatchObject(clients.map(() => ({ current: MAX, desired: 1, problem: null, draining: [] })));
  });

  it('is not told as 0 while the API server is gone', async () => {
    await untilTold(1);
    await cluster.kubernetes.killApiServer();
    await untilTold('UNAVAILABLE');
    await cluster.kubernetes.startApiServer();
    await untilTold(1);
  });
});
