import { readFile } from 'node:fs/promises';
import { parsePolicies } from '@dts/scaling';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { scalerEnv } from '../env.js';
import { MANIFESTS, NAMESPACE, type ScalerCluster, startScalerCluster } from '../fixtures/scaler-cluster.js';

const STRICT = [`--namespace=${NAMESPACE}`, '--validate=strict'];

let cluster: ScalerCluster;
beforeAll(async () => {
  cluster = await startScalerCluster();
  // The strictest standard that Kubernetes has for pods: what breaks it gets none.
  await cluster.kubernetes.kubectl('label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted');
  await apply('workers.yaml');
  await apply('scaler.yaml');
});
afterAll(() => cluster?.stop());

const apply = async (file: string) => cluster.kubernetes.apply(await readFile(`${MANIFESTS}/${file}`, 'utf8'), ...STRICT);

const scaler = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string(),
        containers: z.tuple([z.object({ env: z.array(z.object({ name: z.string(), value: z.string().optional() })) })]),
      }),
    }),
  }),
});

describe('the manifests', () => {
  it('run workers and scalers under the strictest standard for pods', async () => {
    await cluster.untilRolledOut('worker-io');
    await cluster.untilRolledOut('dts-scaler');
    expect(await cluster.untilPods('dts-scaler', 2)).toHaveLength(2);
  });

  it('leave the number of workers as it is when they are applied again', async () => {
    await cluster.kubectl('scale', 'deployment', 'worker-io', '--replicas=4');
    await apply('workers.yaml');
    expect(await cluster.replicas('worker-io')).toBe(4);
  });

  it('give the scaler an account, an environment and a policy that it understands', async () => {
    const { serviceAccountName, containers } = scaler.parse(await cluster.kubernetes.get('deployment', 'dts-scaler', STRICT[0] ?? '')).spec
      .template.spec;
    expect(serviceAccountName).toBe('dts-scaler');
    const env = containers[0].env.map(({ name, value = 'redis://redis:6379' }) => [name, value] as const);
    expect(Object.keys(scalerEnv.shape)).toEqual(expect.arrayContaining(env.map(([name]) => name)));
    expect(scalerEnv.safeParse(Object.fromEntries(env)).error).toBeUndefined();
    const text = await cluster.kubectl('get', 'configmap', 'dts-scaler-policy', '--output=jsonpath={.data.policy\\.yaml}');
    expect(parsePolicies(text, { queues: ['io'] })).toMatchObject([{ pool: 'io', target: { kind: 'kubernetes', namespace: NAMESPACE } }]);
  });
});
