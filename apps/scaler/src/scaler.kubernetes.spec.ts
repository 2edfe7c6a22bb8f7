import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Admission, connectProducer, JobClient, openQueues, type RedisClient, WorkerRegistry } from '@dts/queue';
import { type App, createSignal, type Receiver, startApp, startReceiver, testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PodWorkers } from './fixtures/pod-workers.js';
import { NAMESPACE, type ScalerCluster, startScalerCluster } from './fixtures/scaler-cluster.js';

const DEPLOYMENT = 'worker-io';
const MAX = 5;
const SLOTS = 2;
/** The longest that a test keeps a request waiting. */
const HELD_MS = 110_000;
const POLICY = `
mode: enforce
pools:
  io:
    queues: [io]
    target: { kind: kubernetes, namespace: ${NAMESPACE}, deployment: ${DEPLOYMENT} }
    min: 1
    max: ${MAX}
    pickUpTarget: 1s
    drainTarget: 5s
    coldStart: 1s
    scaleUp: { percent: 100, workers: 4, period: 1s }
    scaleDown: { percent: 100, workers: ${MAX}, period: 1s, stabilization: 3s }
`;

let cluster: ScalerCluster;
let folder: string;
beforeAll(async () => {
  cluster = await startScalerCluster();
  folder = await mkdtemp(join(tmpdir(), 'dts-policy-'));
  await writeFile(join(folder, 'policy.yaml'), POLICY);
  await writeFile(join(folder, 'ca.crt'), cluster.access.ca);
});
afterAll(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

let prefix: string;
let client: RedisClient;
let jobs: JobClient;
let receiver: Receiver;
let pods: PodWorkers;
let scalers: App[];
/** Answers all requests but those that are kept waiting. */
let answerAll: (kept?: string) => void;

beforeEach(async () => {
  prefix = testPrefix();
  client = connectProducer(testRedisUrl(), () => {});
  const queues = openQueues(client, prefix, () => {});
  jobs = new JobClient(queues, client, prefix, new Admission(queues, client, 1_000));
  receiver = await startReceiver();
  holdRequests();
  await cluster.deploy(DEPLOYMENT, 1);
  const redis = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix };
  pods = new PodWorkers(cluster, DEPLOYMENT, { ...redis, QUEUES: `io:${SLOTS}`, OUTBOUND_ALLOW_LOOPBACK: 'true' });
  pods.start();
  scalers = [await startScaler(redis), await startScaler(redis)];
});
afterEach(async () => {
  answerAll();
  await Promise.all(scalers.map((scaler) => scaler.kill()));
  await pods.stop();
  await receiver.stop();
  client.disconnect();
});

function startScaler(redis: Readonly<Record<string, string>>): Promise<App> {
  const { url, tokenFile } = cluster.access;
  return startApp('scaler', {
    env: {
      ...redis,
      SCALER_POLICY: join(folder, 'policy.yaml'),
      SCALER_ELECTION: 'lease',
      LEASE_NAMESPACE: NAMESPACE,
      KUBERNETES_API_URL: url,
      KUBERNETES_TOKEN_FILE: tokenFile,
      KUBERNETES_CA_FILE: join(folder, 'ca.crt'),
      SIGNAL_INTERVAL: '500',
    },
  });
}

function holdRequests(): void {
  const all = createSignal<string | undefined>('all but one are answered');
  const last = createSignal('that one is answered, too');
  receiver.respond = async ({ path }) => {
    if ((await all.wait(HELD_MS)) === path) await last.wait(HELD_MS);
    return { body: {} };
  };
  answerAll = (kept) => {
    all.set(kept);
    if (kept === undefined) last.set();
  };
}

async function submit(count: number): Promise<string[]> {
  const submissions = Array.from({ length: count }, (_, index) =>
    jobs.submit({ name: 'http.request', payload: { url: `${receiver.url}/${index}`, timeout: 120_000 }, options: {}, tenant: 'test' }),
  );
  return (await Promise.all(submissions)).map(({ job }) => job.id);
}

const untilReplicas = (count: number, timeoutMs = 40_000) =>
  waitFor(async () => (await cluster.replicas(DEPLOYMENT)) === count, { timeoutMs, describe: `${count} replicas` });

interface Pools {
  readonly leader: string | null;
  readonly items: readonly {
    readonly pool: string;
    readonly decision: { readonly reason: string; readonly signal: { readonly state: string } } | null;
  }[];
}
const poolsOf = async (scaler: App) => (await (await fetch(`${scaler.url}/v1/pools`)).json()) as Pools;
/** The one that leads; its name holds its process's id. */
const leader = () =>
  waitFor(async () => {
    for (const scaler of scalers.filter(({ program }) => program.isRunning)) {
      if ((await poolsOf(scaler)).leader?.includes(`:${scaler.pid}:`)) return scaler;
    }
  });

describe('the scaler on a Kubernetes', () => {
  it('follows the load up and down, and takes away none that runs a job', async () => {
    const ids = await submit(30);
    await untilReplicas(MAX);
    await receiver.waitForCount(MAX * SLOTS, 30_000);
    const kept = receiver.requests.at(-1)?.path ?? '';
    answerAll(kept);
    await untilReplicas(1);
    const registry = new WorkerRegistry(client, prefix);
    const [busy, ...others] = await waitFor(
      async () => {
        const workers = await registry.list();
        return workers.length === 1 && workers;
      },
      { timeoutMs: 20_000 },
    );
    expect(others).toEqual([]);
    expect(busy?.queues).toEqual([{ queue: 'io', slots: SLOTS, busy: 1 }]);
    expect(await cluster.untilPods(DEPLOYMENT, 1)).toEqual([busy?.host]);
    answerAll();
    await waitFor(async () => (await Promise.all(ids.map((id) => jobs.get(id)))).every((job) => job?.state === 'completed'));
    expect(receiver.requests).toHaveLength(ids.length);
  });

  it('goes on when its leader is killed', async () => {
    const first = await leader();
    await first.kill();
    await submit(30);
    await untilReplicas(MAX);
    expect(await leader()).not.toBe(first);
  });

  it('changes nothing while the API server is gone for 30 seconds, says so, and goes on when it is back', async () => {
    await leader();
    await cluster.kubernetes.killApiServer();
    const back = delay(30_000);
    await submit(30);
    const reasons = await waitFor(
      async () => {
        const { items } = await poolsOf(scalers[0] as App);
        const unknown = items.filter(({ decision }) => decision?.signal.state === 'unknown');
        return unknown.length > 0 && unknown.map(({ decision }) => decision?.reason);
      },
      { timeoutMs: 25_000 },
    );
    expect(reasons).toEqual([expect.stringMatching(/Kubernetes/)]);
    await back;
    await cluster.kubernetes.startApiServer();
    expect(await cluster.replicas(DEPLOYMENT)).toBe(1);
    await untilReplicas(MAX);
    expect(scalers.map(({ program }) => program.isRunning)).toEqual([true, true]);
  });

  it('leaves a Deployment alone that an autoscaler has, and says so', async () => {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: DEPLOYMENT };
    const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 2, metrics: [] };
    const metadata = { name: 'by-cpu', namespace: NAMESPACE };
    await cluster.kubernetes.apply([{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec }]);
    await submit(30);
    const says = async () => JSON.stringify(await poolsOf(await leader())).includes('is scaled by the HorizontalPodAutoscaler dts/by-cpu');
    await waitFor(says, { timeoutMs: 20_000 });
    expect(await cluster.replicas(DEPLOYMENT)).toBe(1);
    await cluster.kubectl('delete', 'hpa', 'by-cpu');
    await untilReplicas(MAX);
  });
});
