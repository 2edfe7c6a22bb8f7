import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { buildFlags, buildPrograms, keepStages } from './build.js';
import { withFileLock } from './file-lock.js';
import { findGo } from './go-toolchain.js';
import { goArchitecture } from './platform.js';

/** Has go.mod and go.sum, which say what is built in which version, and no code. */
const MODULE = resolve(import.meta.dirname, '../../kubernetes');

/** What a cluster is made of, by the package that it is built from. */
const PACKAGES = {
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  etcd: 'go.etcd.io/etcd/server/v3',
  kwok: 'sigs.k8s.io/kwok/cmd/kwok',
} as const;

/** Files, by name; `stages` tells KWOK what becomes of nodes and pods. */
export type KubernetesPrograms = Readonly<Record<keyof typeof PACKAGES | 'stages', string>>;

/**
 * Builds what is missing of a cluster's programs from their Go modules, once a machine and version: it takes minutes, and
 * 1 GB of memory. They are kept in the user's cache.
 * @param report gets a line now and then, as long as it lasts
 * @throws Error that says what to do when there is no Go, or how the build ended
 */
export async function provideKubernetes(report: (line: string) => void = () => {}): Promise<KubernetesPrograms> {
  const folder = join(cacheFolder(), await versionKey());
  const files = filesIn(folder);
  if (missing(files).length === 0) return files;
  await mkdir(folder, { recursive: true });
  const waits = () => report('Waiting for another process that builds Kubernetes …');
  await withFileLock(join(folder, 'lock'), waits, async () => {
    // Another may have built them meanwhile.
    if (missing(files).length > 0) await build(files, report);
  });
  return files;
}

async function build(files: KubernetesPrograms, report: (line: string) => void): Promise<void> {
  const go = await findGo();
  const programs = missing(files).filter((name) => name !== 'stages');
  const jobs = programs.map((name) => ({ name, package: PACKAGES[name], file: files[name] }));
  if (jobs.length > 0) report(`Building Kubernetes from source for the tests, once on this machine: ${programs.join(', ')} …`);
  await buildPrograms(go, MODULE, jobs, report);
  await keepStages(go, MODULE, files.stages);
}

function missing(files: KubernetesPrograms): (keyof KubernetesPrograms)[] {
  return (Object.keys(files) as (keyof KubernetesPrograms)[]).filter((name) => !existsSync(files[name]));
}

/** A kubectl that is there already will do, whatever its version. */
function filesIn(folder: string): KubernetesPrograms {
  const own = [...Object.keys(PACKAGES), 'stages'].map((name) => [name, join(folder, name === 'stages' ? 'stages.yaml' : name)]);
  const kubectl = onPath('kubectl');
  return { ...Object.fromEntries(own), ...(kubectl && { kubectl }) };
}

function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dts-kubernetes');
}

/** Another version of anything that goes into the programs is another folder. */
async function versionKey(): Promise<string> {
  const hash = createHash('sha256').update((await buildFlags(MODULE)).join(' '));
  for (const name of ['go.mod', 'go.sum']) hash.update(await readFile(join(MODULE, name)));
  return `${goArchitecture()}-${hash.digest('hex').slice(0, 16)}`;
}
