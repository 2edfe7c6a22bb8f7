import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesCluster, startKubernetes } from './cluster.js';

let cluster: KubernetesCluster;
beforeAll(async () => {
  cluster = await startKubernetes();
});
afterAll(() => cluster?.stop());

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'idle', image: 'idle' }] } },
  },
});

describe('the cluster', () => {
  it('runs a Deployment, and another number of its pods', async () => {
    await cluster.apply([deployment('idle', 3)]);
    await cluster.kubectl('rollout', 'status', 'deployment/idle', '--timeout=60s');
    await cluster.kubectl('scale', 'deployment/idle', '--replicas=1');
    await cluster.kubectl('wait', '--for=jsonpath={.status.replicas}=1', 'deployment/idle', '--timeout=60s');
    expect(await cluster.get('deployment', 'idle')).toMatchObject({ status: { readyReplicas: 1 } });
  });

  it('is the version that it says, and refuses what the API does not know', async () => {
    expect(JSON.parse(await cluster.kubectl('version', '--output=json'))).toMatchObject({
      serverVersion: { gitVersion: expect.stringMatching(/^v1\.\d+\.\d+$/) },
    });
    const wrong = { ...deployment('wrong', 1), spec: { ...deployment('wrong', 1).spec, replica: 1 } };
    await expect(cluster.apply([wrong], '--validate=strict')).rejects.toThrow(/unknown field "spec\.replica"/);
  });

  it('lets a service account do what it was given, and nothing else', async () => {
    await cluster.kubectl('create', 'serviceaccount', 'reader');
    await cluster.kubectl('create', 'role', 'reader', '--verb=list', '--resource=pods');
    await cluster.kubectl('create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=default:reader');
    const token = `--token=${await cluster.tokenOf('reader', 'default')}`;
    await expect(cluster.kubectl(token, 'get', 'pods')).resolves.toEqual(expect.any(String));
    await expect(cluster.kubectl(token, 'get', 'secrets')).rejects.toThrow(
      /secrets is forbidden: User "system:serviceaccount:default:reader"/,
    );
  });

  it('comes back with what it had when its API server was killed', async () => {
    await cluster.apply([deployment('kept', 2)]);
    await cluster.killApiServer();
    await expect(cluster.kubectl('get', 'deployment', 'kept')).rejects.toThrow(/refused/);
    await cluster.startApiServer();
    await cluster.kubectl('rollout', 'status', 'deployment/kept', '--timeout=60s');
  });
});
