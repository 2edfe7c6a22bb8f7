import { createLogger } from '@dts/runtime';
import { waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { scaleByKeda } from '../../fixtures/scaled-object.js';
import { NAMESPACE, type ScalerCluster, startScalerCluster } from '../../fixtures/scaler-cluster.js';
import { workerInfo } from '../../fixtures/workers.js';
import { KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import { ActuatorRefusal } from '../actuator.js';
import { describeActuator } from '../testing/actuator-contract.js';
import { KubernetesActuator } from './kubernetes-actuator.js';
import { DELETION_COST, LOWEST_COST } from './leaving-pods.js';

const logger = createLogger('scaler', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

let cluster: ScalerCluster;
beforeAll(async () => {
  cluster = await startScalerCluster();
});
afterAll(() => cluster?.stop());

const apis: KubernetesApi[] = [];
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});
function actuatorFor(deployment: string, api = new KubernetesApi(cluster.access)): KubernetesActuator {
  apis.push(api);
  return new KubernetesActuator(() => api, { namespace: NAMESPACE, deployment }, logger);
}

const worker = (host: string) => workerInfo(`worker-in-${host}`, { host, draining: true, drained: true });
const change = (replicas: number, leaving: readonly string[] = [], fence = 1) => ({
  replicas,
  leaving: leaving.map(worker),
  fence,
  reason: 'the backlog drains in 30 s with as many',
});

describeActuator('a Deployment', async () => {
  await cluster.deploy('worker-io', 0);
  const api = new KubernetesApi(cluster.access);
  let broken = false;
  return {
    actuator: new KubernetesActuator(() => api, { namespace: NAMESPACE, deployment: 'worker-io' }, logger),
    workers: async (count) => {
      const pods = await cluster.untilPods('worker-io', count);
      await cluster.untilRolledOut('worker-io');
      return pods.map(worker);
    },
    breakDown: async () => {
      broken = true;
      await cluster.kubernetes.killApiServer();
    },
    close: async () => {
      await api.close();
      if (broken) await cluster.kubernetes.startApiServer();
    },
  };
});

describe('reading a Deployment', () => {
  it('tells what it is set to, whether that has been done, and whose pods these are', async () => {
    await cluster.deploy('worker-io', 2);
    const actuator = actuatorFor('worker-io');
    await expect(actuator.read()).resolves.toEqual({ replicas: 2, settled: true, refusal: null });
    const [pod = ''] = await cluster.untilPods('worker-io', 2);
    expect([actuator.owns(worker(pod)), actuator.owns(worker('elsewhere'))]).toEqual([true, false]);
  });

  it('is not settled during a rollout, and nobody is made to leave then', async () => {
    await cluster.deploy('worker-io', 2);
    const actuator = actuatorFor('worker-io');
    const [pod = ''] = await cluster.untilPods('worker-io', 2);
    const unready = '{"spec":{"template":{"spec":{"readinessGates":[{"conditionType":"never"}],"nodeSelector":{"no":"such"}}}}}';
    await cluster.kubectl('patch', 'deployment', 'worker-io', `--patch=${unready}`);
    await expect(actuator.read()).resolves.toMatchObject({ settled: false });
    await expect(actuator.scale(change(1, [pod]))).rejects.toThrow('the Deployment is being rolled out');
    expect(await cluster.replicas('worker-io')).toBe(2);
  });

  it('does not take one that is not there for one with no workers', async () => {
    await cluster.kubectl('delete', 'deployment', 'worker-io', '--ignore-not-found');
    await expect(actuatorFor('worker-io').read()).rejects.toThrow(/deployments\.apps "worker-io" not found/);
  });
});

describe('scaling a Deployment', () => {
  it('makes as many as it is told, also from none and to none, and tells so in an Event', async () => {
    await cluster.deploy('worker-io', 0);
    const actuator = actuatorFor('worker-io');
    await actuator.scale(change(3));
    const pods = await cluster.untilPods('worker-io', 3);
    await cluster.untilRolledOut('worker-io');
    await actuator.scale(change(0, pods));
    await cluster.untilPods('worker-io', 0);
    const told = await cluster.kubectl('describe', 'deployment', 'worker-io');
    expect(told).toMatch(/ScaledUp .*dts-scaler .*Scaled from 0 to 3 workers: the backlog drains in 30 s with as many/);
    expect(told).toMatch(/ScaledDown .*dts-scaler .*Scaled from 3 to 0 workers/);
  });

  it('takes exactly those away that leave, of all ages', async () => {
    await cluster.deploy('worker-io', 3);
    const actuator = actuatorFor('worker-io');
    const old = await cluster.untilPods('worker-io', 3);
    await actuator.scale(change(6));
    const six = await cluster.untilPods('worker-io', 6);
    await cluster.untilRolledOut('worker-io');
    // Kubernetes itself would take the youngest.
    await actuator.scale(change(4, old.slice(0, 2)));
    const four = await cluster.untilPods('worker-io', 4);
    expect(four).toEqual(six.filter((pod) => !old.slice(0, 2).includes(pod)));
    await cluster.untilRolledOut('worker-io');
    const last = old.slice(2);
    await actuator.scale(
      change(
        1,
        four.filter((pod) => !last.includes(pod)),
      ),
    );
    expect(await cluster.untilPods('worker-io', 1)).toEqual(last);
  });

  it('unmarks those whom somebody marked who did not come to lowering the number', async () => {
    await cluster.deploy('worker-io', 2);
    const [marked = ''] = await cluster.untilPods('worker-io', 2);
    await cluster.kubectl('annotate', 'pod', marked, `${DELETION_COST}=${LOWEST_COST}`);
    await actuatorFor('worker-io').scale(change(3));
    expect((await cluster.pods('worker-io')).get(marked)).toEqual({});
  });

  it('changes nothing when somebody else was faster', async () => {
    await cluster.deploy('worker-io', 3);
    const [leaving = ''] = await cluster.untilPods('worker-io', 3);
    let meddled = false;
    class Overtaken extends KubernetesApi {
      override async patch(path: string, patch: object): Promise<void> {
        await super.patch(path, patch);
        if (!meddled) await cluster.kubectl('scale', 'deployment', 'worker-io', '--replicas=5');
        meddled = true;
      }
    }
    const actuator = actuatorFor('worker-io', new Overtaken(cluster.access));
    await expect(actuator.scale(change(2, [leaving]))).rejects.toMatchObject({ status: 409 });
    expect(await cluster.replicas('worker-io')).toBe(5);
    expect((await cluster.pods('worker-io')).get(leaving)).toEqual({});
  });

  it('refuses a leader of former times, and numbers that do not fit', async () => {
    await cluster.deploy('worker-io', 2);
    const [pod = ''] = await cluster.untilPods('worker-io', 2);
    const actuator = actuatorFor('worker-io');
    await expect(actuator.scale(change(0, [pod], 5))).rejects.toThrow('from 2 to 0 workers with 1 that leave');
    await expect(actuator.scale(change(4, [], 4))).rejects.toThrow('another scaler leads: token 4 is lower than 5');
    expect(await cluster.replicas('worker-io')).toBe(2);
  });
});

describe('a Deployment that somebody else scales', () => {
  const targetRef = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });

  async function isRefused(deployment: string, message: RegExp): Promise<void> {
    const actuator = actuatorFor(deployment);
    const before = await cluster.replicas(deployment);
    await expect(actuator.read()).resolves.toMatchObject({ replicas: before, refusal: expect.stringMatching(message) });
    const scaling = actuator.scale(change(before + 1));
    await expect(scaling).rejects.toThrow(message);
    await expect(scaling).rejects.toBeInstanceOf(ActuatorRefusal);
    expect(await cluster.replicas(deployment)).toBe(before);
  }

  it('is refused when it is a HorizontalPodAutoscaler', async () => {
    await cluster.deploy('worker-cpu', 1);
    const metadata = { name: 'by-cpu', namespace: NAMESPACE };
    const spec = { scaleTargetRef: targetRef('worker-cpu'), minReplicas: 1, maxReplicas: 2, metrics: [] };
    await cluster.kubernetes.apply([{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec }]);
    await isRefused('worker-cpu', /Deployment dts\/worker-cpu is scaled by the HorizontalPodAutoscaler dts\/by-cpu: delete that/);
    await cluster.kubectl('delete', 'hpa', 'by-cpu');
    await expect(actuatorFor('worker-cpu').read()).resolves.toMatchObject({ replicas: 1, refusal: null });
  });

  it("is refused when it is KEDA's ScaledObject", async () => {
    await cluster.deploy('worker-rate-limited', 1);
    await scaleByKeda(cluster, 'by-lag', 'worker-rate-limited');
    await isRefused('worker-rate-limited', /is scaled by the ScaledObject dts\/by-lag/);
  });
});

describe('without the API server', () => {
  it('reports what it cannot read, in bounded time, and goes on when it is back', async () => {
    await cluster.deploy('worker-io', 2);
    const actuator = actuatorFor('worker-io');
    await actuator.read();
    await cluster.kubernetes.killApiServer();
    await expect(actuator.read()).rejects.toThrow(/the Kubernetes API at https:.* does not answer/);
    await expect(actuator.scale(change(3))).rejects.toThrow(/does not answer/);
    await cluster.kubernetes.startApiServer();
    await waitFor(() => actuator.read());
    cluster.kubernetes.pauseApiServer();
    await expect(actuator.read()).rejects.toThrow(/does not answer/);
    cluster.kubernetes.resumeApiServer();
    await expect(waitFor(() => actuator.read(), { timeoutMs: 10_000 })).resolves.toEqual({ replicas: 2, settled: true, refusal: null });
  });
});
