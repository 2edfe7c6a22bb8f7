import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { type BuiltFiles, provideBuilt } from './built-files.js';

/** What KWOK does with nodes and pods: what a kubelet does, at once. In its module, since without them it does nothing. */
const STAGES = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
];

/** What a cluster is made of. */
const KUBERNETES = {
  title: 'Kubernetes',
  module: resolve(import.meta.dirname, '../../kubernetes'),
  packages: {
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
    'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    etcd: 'go.etcd.io/etcd/server/v3',
    kwok: 'sigs.k8s.io/kwok/cmd/kwok',
  },
  sources: { 'stages.yaml': { module: 'sigs.k8s.io/kwok', files: STAGES.map((stage) => `kustomize/stage/${stage}`) } },
} as const;

const KUBECTL = { ...KUBERNETES, packages: { kubectl: 'k8s.io/kubernetes/cmd/kubectl' }, sources: {} } as const;

/** Files, by name; `stages.yaml` tells KWOK what becomes of nodes and pods. */
export type KubernetesPrograms = BuiltFiles<typeof KUBERNETES> & BuiltFiles<typeof KUBECTL>;

/**
 * Builds what is missing of a cluster's programs from their Go modules, once a machine and version.
 * @param report gets a line now and then, as long as it lasts
 * @throws Error as `provideBuilt`
 */
export async function provideKubernetes(report: (line: string) => void = () => {}): Promise<KubernetesPrograms> {
  const programs = await provideBuilt(KUBERNETES, report);
  // One that is there already will do, whatever its version.
  const kubectl = onPath('kubectl') ?? (await provideBuilt(KUBECTL, report)).kubectl;
  return { ...programs, kubectl };
}

function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}
