import { Keda, type KubernetesCluster, startKubernetes, waitFor } from '@dts/testkit';
import { status } from '@grpc/grpc-js';
import { fromJSON, load, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unknownSignal } from './fixtures/decision.js';
import { Served } from './fixtures/serve.js';
import { TestPools } from './fixtures/test-pools.js';
import { PROTOCOL } from './protocol.js';

/** Milliseconds in which KEDA polls several times, and the HorizontalPodAutoscaler has taken all its steps. */
const PATIENCE_MS = 60_000;

let cluster: KubernetesCluster;
let keda: Keda;
let pools: TestPools;
let served: Served;

beforeAll(async () => {
  cluster = await startKubernetes();
  keda = await Keda.start(cluster);
  pools = new TestPools('io');
  served = await Served.start(pools, { beatMs: 1_000 });
  // A decision that nobody renews is stale after a while, which is for other tests.
  const renewing = setInterval(() => renew(), 1_000);
  stopRenewing = () => clearInterval(renewing);
}, 300_000);
afterAll(async () => {
  stopRenewing();
  await served?.close();
  await keda?.stop();
  await cluster?.stop();
}, 60_000);

let stopRenewing = () => {};
let desired = 0;
let lost = false;

function renew(): void {
  pools.decide('io', desired, lost ? { desired: 0, signal: unknownSignal('Redis is gone') } : {});
}

function decide(workers: number): void {
  desired = workers;
  renew();
}

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worker-io', namespace: 'default' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'worker-io' } },
    template: { metadata: { labels: { app: 'worker-io' } }, spec: { containers: [{ name: 'worker', image: 'worker' }] } },
  },
};

/** As docs/scaling.md shows it, with shorter times. */
const scaledObject = (scalerAddress: string) => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'worker-io', namespace: 'default' },
  spec: {
    scaleTargetRef: { name: 'worker-io' },
    minReplicaCount: 0,
    maxReplicaCount: 30,
    pollingInterval: 2,
    cooldownPeriod: 1,
    triggers: [{ type: 'external-push', metricType: 'AverageValue', metadata: { scalerAddress, pool: 'io' } }],
    advanced: {
      horizontalPodAutoscalerConfig: {
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 0, tolerance: '0', policies: [{ type: 'Percent', value: 900, periodSeconds: 15 }] },
          scaleDown: { stabilizationWindowSeconds: 0, tolerance: '0', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
        },
      },
    },
  },
});

async function replicas(): Promise<number> {
  const { spec } = (await cluster.get('deployment', 'worker-io', '--namespace=default')) as { spec: { replicas: number } };
  return spec.replicas;
}

async function follows(workers: number): Promise<void> {
  decide(workers);
  await waitFor(async () => (await replicas()) === workers, { timeoutMs: PATIENCE_MS, describe: `${workers} replicas` }).catch(
    async (error: Error) => {
      const state = await cluster.kubectl('describe', 'scaledobject,hpa', '--namespace=default');
      throw new Error(`${error.message}\n\nthere are ${await replicas()}\n\n${state}\n\n${keda.tail}`);
    },
  );
}

/** Calls that were answered with this status from now on. */
async function calls(count: number, code: status): Promise<void> {
  const before = served.answered.length;
  const seen = () => served.answered.slice(before).filter(([, answered]) => answered === code).length;
  await waitFor(() => seen() >= count, { timeoutMs: PATIENCE_MS, describe: `${count} calls that are answered ${status[code]}` });
}

describe('KEDA', () => {
  it('has the protocol that we speak', async () => {
    const theirs = await load(keda.programs['externalscaler.proto'], { keepCase: true });
    expect(essence(theirs)).toMatchObject(essence(fromJSON(PROTOCOL)));
  });

  it('brings the Deployment to what was decided: from zero, up, down, by one in many, to zero and back', async () => {
    decide(0);
    await cluster.apply([deployment, scaledObject(`127.0.0.1:${served.port}`)]);
    for (const workers of [3, 12, 13, 5, 1, 0, 7]) await follows(workers);
  });

  it('leaves it as it is while the load is not known', async () => {
    await follows(4);
    lost = true;
    await calls(10, status.UNAVAILABLE);
    expect(await replicas()).toBe(4);
    lost = false;
    await follows(2);
  });

  it('is woken by a push, long before it would have asked', async () => {
    await follows(0);
    await cluster.kubectl(
      'patch',
      'scaledobject',
      'worker-io',
      '--namespace=default',
      '--type=merge',
      '--patch={"spec":{"pollingInterval":600}}',
    );
    await calls(1, status.OK);
    await follows(1);
  });
});

/** Names, numbers and kinds; not how a file is laid out. */
function essence(definitions: PackageDefinition) {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, isService(definition) ? methodsOf(definition) : definition.type]),
  );
}

function isService(definition: PackageDefinition[string]): definition is ServiceDefinition {
  return !('format' in definition);
}

function methodsOf(service: ServiceDefinition) {
  return Object.fromEntries(
    Object.entries(service).map(([method, { path, requestStream, responseStream, requestType, responseType }]) => {
      const [request, response] = [requestType, responseType].map(({ type }) => (type as { name: string }).name);
      return [method, { path, requestStream, responseStream, request, response }];
    }),
  );
}
