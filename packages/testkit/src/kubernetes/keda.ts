import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.js';
import { type Program, startProgram } from '../processes/program.js';
import { createCertificates } from '../redis/certificates.js';
import { waitFor } from '../waiting/wait-for.js';
import type { KubernetesCluster } from './cluster.js';
import { type KedaPrograms, provideKeda } from './keda-programs.js';

const NAMESPACE = 'keda';
const ADAPTER = 'keda-adapter';
const START_TIMEOUT_MS = 120_000;

interface Ports {
  readonly operator: number;
  readonly probe: number;
  readonly adapter: number;
}

/**
 * KEDA in a cluster: its real operator, and its real adapter, which the HorizontalPodAutoscalers ask for their metrics. Both
 * run beside the cluster's own programs, as its administrator.
 */
export class Keda {
  private constructor(
    /** What was published with this version. */
    readonly programs: KedaPrograms,
    private readonly dir: string,
    private readonly operator: Program,
    private readonly adapter: Program,
  ) {}

  /** Resolves once both answer. @throws Error with their last output when they do not; as `provideKeda` */
  static async start(cluster: KubernetesCluster): Promise<Keda> {
    const programs = await provideKeda();
    const dir = await mkdtemp(join(tmpdir(), 'dts-keda-'));
    const ports = { operator: await freePort(), probe: await freePort(), adapter: await freePort() };
    const ca = await keepCertificates(dir);
    await cluster.apply(await readFile(programs['kinds.yaml'], 'utf8'), '--server-side');
    await cluster.apply(registration(ports.adapter, ca));
    const env = environment(cluster, dir);
    const operator = await startProgram(programs.operator, { args: operatorArgs(ports, dir), env });
    const adapter = await startProgram(programs.adapter, { args: adapterArgs(ports, dir, cluster.kubeconfig), env });
    const keda = new Keda(programs, dir, operator, adapter);
    try {
      await keda.untilReady(cluster, ports);
      return keda;
    } catch (error) {
      await keda.stop();
      throw new Error([(error as Error).message, keda.tail].join('\n\n'));
    }
  }

  /** The last lines of both programs, for the message of a failure. */
  get tail(): string {
    return `operator: ${this.operator.tail}\n\nadapter: ${this.adapter.tail}`;
  }

  async stop(): Promise<void> {
    await Promise.all([this.adapter.kill(), this.operator.kill()]);
    await rm(this.dir, { recursive: true, force: true });
  }

  private async untilReady(cluster: KubernetesCluster, { probe }: Ports): Promise<void> {
    const options = { timeoutMs: START_TIMEOUT_MS, describe: "KEDA's operator to be ready" };
    await waitFor(async () => (await fetch(`http://127.0.0.1:${probe}/readyz`)).ok, options);
    await cluster.kubectl('wait', '--for=condition=Available', 'apiservice/v1beta1.external.metrics.k8s.io', '--timeout=55s');
  }
}

/** Where KEDA looks for them, under the names that it expects. @returns the authority, in PEM */
async function keepCertificates(dir: string): Promise<string> {
  const certificates = await createCertificates(`IP:127.0.0.1,DNS:localhost,DNS:${ADAPTER}.${NAMESPACE}.svc`);
  const files = { 'ca.crt': certificates.caFile, 'tls.crt': certificates.certFile, 'tls.key': certificates.keyFile };
  await Promise.all(Object.entries(files).map(([name, file]) => copyFile(file, join(dir, name))));
  await certificates.remove();
  return certificates.ca;
}

/** Says to the API server that the adapter, outside of the cluster, serves the external metrics. */
function registration(port: number, ca: string): object[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: ADAPTER, namespace: NAMESPACE },
      spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.external.metrics.k8s.io' },
      spec: {
        group: 'external.metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { name: ADAPTER, namespace: NAMESPACE, port },
        caBundle: Buffer.from(ca).toString('base64'),
      },
    },
  ];
}

function environment(cluster: KubernetesCluster, dir: string): Record<string, string> {
  const own = { POD_NAMESPACE: NAMESPACE, KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE, WATCH_NAMESPACE: '' };
  return { ...own, KUBECONFIG: cluster.kubeconfig, HOME: dir };
}

function operatorArgs({ operator, probe }: Ports, dir: string): string[] {
  return [
    `--metrics-service-bind-address=127.0.0.1:${operator}`,
    `--health-probe-bind-address=127.0.0.1:${probe}`,
    '--enable-prometheus-metrics=false',
    `--cert-dir=${dir}`,
  ];
}

function adapterArgs({ operator, adapter }: Ports, dir: string, kubeconfig: string): string[] {
  return [
    `--metrics-service-address=localhost:${operator}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${adapter}`,
    // Its own metrics, which nobody asks for, on any port.
    '--port=0',
    `--cert-dir=${dir}`,
    `--tls-cert-file=${join(dir, 'tls.crt')}`,
    `--tls-private-key-file=${join(dir, 'tls.key')}`,
    ...['lister', 'authentication', 'authorization'].map((use) => `--${use}-kubeconfig=${kubeconfig}`),
  ];
}
