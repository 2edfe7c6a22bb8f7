import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { pathsOf } from '../actuator/kubernetes/paths.js';
import { scaleEvent } from '../actuator/kubernetes/scale-event.js';
import { LEASE_TIMES, lease, renewed, taken } from '../election/lease.js';
import { NAMESPACE, type ScalerCluster, startScalerCluster } from '../fixtures/scaler-cluster.js';
import { KubernetesApi } from './kubernetes-api.js';

const ELSEWHERE = 'elsewhere';
const TARGET = { namespace: NAMESPACE, deployment: 'worker-io' };
const PATHS = pathsOf(TARGET);
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
const MARK = { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-1' } } };

let cluster: ScalerCluster;
let api: KubernetesApi;
let pod: string;
let token: string;
beforeAll(async () => {
  cluster = await startScalerCluster();
  api = new KubernetesApi(cluster.access);
  await cluster.deploy('worker-io', 1);
  await cluster.deploy('other', 1);
  await cluster.kubernetes.kubectl('create', 'namespace', ELSEWHERE);
  [pod = ''] = await cluster.untilPods('worker-io', 1);
  token = await cluster.kubernetes.tokenOf('dts-scaler', NAMESPACE);
});
afterAll(async () => {
  await api?.close();
  await cluster?.stop();
});

const asScaler = (...args: readonly string[]) => cluster.kubectl(`--token=${token}`, ...args);

/** Everything that it may do there, as the API server says, beyond what everybody may. */
async function rightsIn(namespace: string): Promise<string[]> {
  const rights = await asScaler('auth', 'can-i', '--list', '--no-headers', `--namespace=${namespace}`);
  const lines = rights.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  return lines.filter((line) => line !== '' && !line.startsWith('[') && !/^selfsubject/.test(line)).toSorted();
}

describe("the scaler's service account", () => {
  it('has these rights, and no others', async () => {
    expect(await rightsIn(NAMESPACE)).toEqual([
      ...['worker-cpu', 'worker-io', 'worker-rate-limited'].map((name) => `deployments.apps [] [${name}] [get]`),
      ...['worker-cpu', 'worker-io', 'worker-rate-limited'].map((name) => `deployments.apps/scale [] [${name}] [update]`),
      'events.events.k8s.io [] [] [create]',
      'horizontalpodautoscalers.autoscaling [] [] [list]',
      'leases.coordination.k8s.io [] [] [create]',
      'leases.coordination.k8s.io [] [dts-scaler] [get update]',
      'pods [] [] [list patch]',
      'scaledobjects.keda.sh [] [] [list]',
    ]);
    for (const namespace of ['default', 'kube-system', ELSEWHERE]) expect(await rightsIn(namespace)).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['read a Deployment of workers', () => api.get(PATHS.self, z.object({ spec: z.object({ replicas: z.literal(1) }) }))],
    ['set its number of pods', () => api.replace(PATHS.scale, scaleTo(2))],
    ['list pods', () => api.get(PATHS.pods('app=worker-io'), z.object({ items: z.array(z.unknown()).min(1) }))],
    ['mark a pod', () => api.patch(PATHS.pod(pod), MARK)],
    ['list autoscalers', () => api.get(PATHS.autoscalers, z.object({ items: z.array(z.unknown()) }))],
    ['look for ScaledObjects where KEDA is not installed', () => api.find(PATHS.scaledObjects, z.never())],
    ['tell an Event', () => api.create(PATHS.events, scaleEvent(TARGET, 'uid', { from: 1, to: 2, reason: 'a test' }, new Date()))],
    ['make, read and renew its Lease', holdLease],
  ])('may %s', async (_what, call) => {
    await expect(call().then(() => 'done')).resolves.toBe('done');
  });

  it.each([
    ['read secrets', ['get', 'secrets']],
    ['read configuration', ['get', 'configmaps']],
    ['list Deployments', ['get', 'deployments']],
    ['read a Deployment that is not of workers', ['get', 'deployment', 'other']],
    [
      'scale a Deployment that is not of workers',
      ['replace', '--raw=/apis/apps/v1/namespaces/dts/deployments/other/scale', '--filename=-'],
    ],
    ['change a Deployment of workers', ['set', 'env', 'deployment/worker-io', 'A=b']],
    ['replace a Deployment of workers', ['replace', '--raw=/apis/apps/v1/namespaces/dts/deployments/worker-io', '--filename=-']],
    ['delete a Deployment of workers', ['delete', 'deployment', 'worker-io']],
    ['make pods', ['run', 'mine', '--image=mine']],
    ['delete pods', ['delete', 'pod', '--all']],
    ['delete a pod', ['delete', '--raw=/api/v1/namespaces/dts/pods/POD']],
    ['evict a pod', ['create', '--raw=/api/v1/namespaces/dts/pods/POD/eviction', '--filename=-']],
    ['run a program in a pod', ['create', '--raw=/api/v1/namespaces/dts/pods/POD/exec?command=sh', '--filename=-']],
    ['say how a pod is', ['replace', '--raw=/api/v1/namespaces/dts/pods/POD/status', '--filename=-']],
    ['read what a pod prints', ['get', '--raw=/api/v1/namespaces/dts/pods/POD/log']],
    ['see pods of another namespace', ['get', 'pods', '--namespace=kube-system']],
    [
      'scale a Deployment of that name in another namespace',
      ['replace', `--raw=/apis/apps/v1/namespaces/${ELSEWHERE}/deployments/worker-io/scale`, '--filename=-'],
    ],
    ['read another Lease', ['get', 'lease', 'other']],
    ['delete its Lease', ['delete', `--raw=${LEASES}/dts-scaler`]],
    ['read events', ['get', 'events']],
    ['make an autoscaler', ['create', '--raw=/apis/autoscaling/v2/namespaces/dts/horizontalpodautoscalers', '--filename=-']],
    ['delete an autoscaler', ['delete', '--raw=/apis/autoscaling/v2/namespaces/dts/horizontalpodautoscalers/by-cpu']],
    ['give itself more rights', ['create', 'rolebinding', 'mine', '--clusterrole=cluster-admin', '--serviceaccount=dts:dts-scaler']],
    ['act as somebody else', ['get', 'pods', '--as=admin']],
    ['see nodes', ['get', 'nodes']],
  ])('may not %s', async (_what, args) => {
    await expect(asScaler(...args.map((argument) => argument.replace('POD', pod)))).rejects.toThrow(/forbidden/i);
  });

  it.each<[string, (spec: PodSpec) => object]>([
    ['its image', ({ containers }) => ({ spec: { containers: containers.map((container) => ({ ...container, image: 'mine' })) } })],
    ['how long it may run', () => ({ spec: { activeDeadlineSeconds: 1 } })],
    ['its labels', () => ({ metadata: { labels: { app: 'other' } } })],
    ['whose it is', () => ({ metadata: { ownerReferences: null } })],
    ['another annotation', () => ({ metadata: { annotations: { other: 'x' } } })],
  ])('may not change of a pod %s', async (_what, patch) => {
    const { spec } = (await cluster.kubernetes.get('pod', pod, `--namespace=${NAMESPACE}`)) as { spec: PodSpec };
    await expect(api.patch(PATHS.pod(pod), patch(spec))).rejects.toThrow(/the scaler may change nothing of a pod but the annotation/);
  });
});

interface PodSpec {
  readonly containers: readonly object[];
}

function scaleTo(replicas: number): object {
  return { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'worker-io', namespace: NAMESPACE }, spec: { replicas } };
}

async function holdLease(): Promise<void> {
  const identity = { name: 'dts-scaler', namespace: NAMESPACE };
  const mine = taken(lease.parse({ metadata: identity }), 'me', LEASE_TIMES, new Date());
  await api.create(LEASES, { ...mine, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' });
  await api.replace(`${LEASES}/${identity.name}`, renewed(await api.get(`${LEASES}/${identity.name}`, lease), new Date()));
}
