import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Program, startProgram } from '../processes/program.js';
import { waitFor } from '../waiting/wait-for.js';
import { type ClusterFiles, createClusterFiles } from './cluster-files.js';
import { apiServerArgs, controllerManagerArgs, etcdArgs, kwokArgs, schedulerArgs } from './control-plane.js';
import { type KubernetesPrograms, provideKubernetes } from './programs.js';

const START_TIMEOUT_MS = 90_000;
const KUBECTL_TIMEOUT_MS = 60_000;

/** Has room for every pod that a test makes; KWOK plays its kubelet. */
const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node', labels: { 'kubernetes.io/hostname': 'node', 'kubernetes.io/os': 'linux' } },
};

type Part = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';
/** Each needs what stands before it. */
const PARTS: readonly Part[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];

/**
 * A Kubernetes of its own on loopback: the real API server, controllers, scheduler and etcd. KWOK plays the kubelet, so
 * pods become ready and go as they should, and run nothing.
 */
export class KubernetesCluster {
  readonly #running = new Map<Part, Program>();

  constructor(
    private readonly programs: KubernetesPrograms,
    private readonly files: ClusterFiles,
  ) {}

  /** Of the API server. */
  get url(): string {
    return this.files.url;
  }

  /** The authority that signed the API server's certificate, in PEM. */
  get caFile(): string {
    return this.files.ca;
  }

  /** With which kubectl, or anything else, acts as the administrator. */
  get kubeconfig(): string {
    return this.files.kubeconfigs.admin;
  }

  /** Resolves once pods can be made, and run. */
  async start(): Promise<void> {
    await this.#run('etcd');
    await this.startApiServer();
    await Promise.all((['kube-controller-manager', 'kube-scheduler', 'kwok'] as const).map((part) => this.#run(part)));
    await this.apply([NODE]);
    await this.#until('the node to be ready', () => this.kubectl('wait', '--for=condition=Ready', 'node/node', '--timeout=1s'));
    await this.#until('service accounts', () => this.kubectl('get', 'serviceaccount', 'default', '--namespace=default'));
  }

  /** As the administrator. @returns what it printed @throws Error with what it complained of */
  kubectl(...args: readonly string[]): Promise<string> {
    return this.#kubectl(args);
  }

  /** Creates or changes objects: of manifests as they are written, or given as data. */
  async apply(manifests: string | readonly object[], ...args: readonly string[]): Promise<void> {
    const text = typeof manifests === 'string' ? manifests : manifests.map((manifest) => JSON.stringify(manifest)).join('\n');
    await this.#kubectl(['apply', '--filename=-', ...args], text);
  }

  /** One object, or a list of them, as the API server has it. */
  async get(...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.#kubectl(['get', ...args, '--output=json']));
  }

  /** What a pod of this service account would find as its token. */
  async tokenOf(serviceAccount: string, namespace: string): Promise<string> {
    return (await this.kubectl('create', 'token', serviceAccount, `--namespace=${namespace}`)).trim();
  }

  /** On the same port and data, after {@link killApiServer}. Resolves once it answers. */
  async startApiServer(): Promise<void> {
    await this.#run('kube-apiserver');
    await this.#until('the API server to be ready', () => this.kubectl('get', '--raw=/readyz'));
  }

  /** SIGKILL: connections break, and new ones are refused. */
  async killApiServer(): Promise<void> {
    await this.#running.get('kube-apiserver')?.kill();
  }

  /** Connections stay open, and nothing answers. */
  pauseApiServer(): void {
    this.#running.get('kube-apiserver')?.signal('SIGSTOP');
  }

  resumeApiServer(): void {
    this.#running.get('kube-apiserver')?.signal('SIGCONT');
  }

  /** Kills everything, since nothing is left to be kept: who needs another first. Fine to repeat. */
  async stop(): Promise<void> {
    for (const part of PARTS.toReversed()) await this.#running.get(part)?.kill();
    await this.files.remove();
  }

  async #run(part: Part): Promise<void> {
    this.#running.set(part, await startProgram(this.programs[part], { args: this.#args(part), env: { HOME: this.files.dir } }));
  }

  #args(part: Part): string[] {
    const { files } = this;
    if (part === 'etcd') return etcdArgs(files, files.ports);
    if (part === 'kube-apiserver') return apiServerArgs(files, files.ports);
    if (part === 'kube-controller-manager') return controllerManagerArgs(files, files.kubeconfigs.controllerManager);
    if (part === 'kube-scheduler') return schedulerArgs(files.kubeconfigs.scheduler);
    return kwokArgs(files.kubeconfigs.kwok, this.programs['stages.yaml']);
  }

  /** @throws Error at once, with its last output, when a part of the cluster has ended */
  async #until(what: string, probe: () => Promise<string>): Promise<void> {
    const parts = [...this.#running];
    const look = async () => parts.find(([, program]) => !program.isRunning) ?? probe().then(() => 'there' as const);
    const found = await waitFor(look, { describe: what, timeoutMs: START_TIMEOUT_MS }).catch((error: Error) => {
      throw new Error([error.message, ...parts.map(([part, program]) => `${part}: ${program.tail}`)].join('\n\n'));
    });
    if (found !== 'there') throw new Error(`${found[0]} ended while waiting for ${what}; ${found[1].tail}`);
  }

  async #kubectl(args: readonly string[], input = ''): Promise<string> {
    // Its cache of what the API offers goes where the rest goes.
    const env = { PATH: process.env.PATH, HOME: this.files.dir, KUBECONFIG: this.kubeconfig };
    const running = promisify(execFile)(this.programs.kubectl, args, { env, timeout: KUBECTL_TIMEOUT_MS, maxBuffer: 64 * 1_048_576 });
    running.child.stdin?.on('error', () => {}); // it may end without reading
    running.child.stdin?.end(input);
    return (await running).stdout;
  }
}

/**
 * Builds the programs when it must, which takes minutes, and starts a cluster, which takes seconds.
 * @throws Error as `provideKubernetes`; with the last output of its parts when it does not come up
 */
export async function startKubernetes(): Promise<KubernetesCluster> {
  const programs = await provideKubernetes((line) => process.stderr.write(`${line}\n`));
  const cluster = new KubernetesCluster(programs, await createClusterFiles());
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
