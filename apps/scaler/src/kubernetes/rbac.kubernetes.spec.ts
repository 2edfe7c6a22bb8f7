import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NAMESPACE, type ScalerCluster, startScalerCluster } from '../fixtures/scaler-cluster.js';

let cluster: ScalerCluster;
let pod: string;
let token: string;
beforeAll(async () => {
  cluster = await startScalerCluster();
  await cluster.deploy('worker-io', 1);
  await cluster.deploy('other', 1);
  [pod = ''] = await cluster.untilPods('worker-io', 1);
  token = await cluster.kubernetes.tokenOf('dts-scaler', NAMESPACE);
});
afterAll(() => cluster?.stop());

const asScaler = (...args: readonly string[]) => cluster.kubectl(`--token=${token}`, ...args);

describe("the scaler's service account", () => {
  it.each([
    ['read secrets', ['get', 'secrets']],
    ['list Deployments', ['get', 'deployments']],
    ['read a Deployment that is not of workers', ['get', 'deployment', 'other']],
    [
      'scale a Deployment that is not of workers',
      ['replace', '--raw=/apis/apps/v1/namespaces/dts/deployments/other/scale', '--filename=-'],
    ],
    ['change a Deployment of workers', ['set', 'env', 'deployment/worker-io', 'A=b']],
    ['delete a Deployment of workers', ['delete', 'deployment', 'worker-io']],
    ['make pods', ['run', 'mine', '--image=mine']],
    ['delete pods', ['delete', 'pod', '--all']],
    ['run a program in a pod', ['create', '--raw=/api/v1/namespaces/dts/pods/POD/exec?command=sh', '--filename=-']],
    ['see pods of another namespace', ['get', 'pods', '--namespace=kube-system']],
    ['read another Lease', ['get', 'lease', 'other']],
    ['read events', ['get', 'events']],
    ['make an autoscaler', ['create', '--raw=/apis/autoscaling/v2/namespaces/dts/horizontalpodautoscalers', '--filename=-']],
    ['give itself more rights', ['create', 'rolebinding', 'mine', '--clusterrole=cluster-admin', '--serviceaccount=dts:dts-scaler']],
    ['see nodes', ['get', 'nodes']],
  ])('may not %s', async (_what, args) => {
    await expect(asScaler(...args.map((argument) => argument.replace('POD', pod)))).rejects.toThrow(/forbidden/i);
  });

  it.each([
    ['its image', { spec: { containers: [{ name: 'worker', image: 'mine' }] } }],
    ['its labels', { metadata: { labels: { app: 'other' } } }],
    ['whose it is', { metadata: { ownerReferences: null } }],
    ['another annotation', { metadata: { annotations: { other: 'x' } } }],
  ])('may not change of a pod %s', async (_what, patch) => {
    await expect(asScaler('patch', 'pod', pod, '--type=strategic', `--patch=${JSON.stringify(patch)}`)).rejects.toThrow(
      /the scaler may change nothing of a pod but the annotation/,
    );
  });
});
