import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startProgram } from '../processes/program.js';
import { within } from '../waiting/within.js';
import { type BuiltFiles, provideBuilt } from './built-files.js';
import type { KubernetesCluster } from './cluster.js';

const HELM = {
  title: 'Helm',
  module: resolve(import.meta.dirname, '../../helm'),
  packages: { helm: 'helm.sh/helm/v4/cmd/helm' },
  sources: {},
} as const;

const TIMEOUT_MS = 180_000;

/** Builds Helm from its Go module where it is missing, once a machine and version: three minutes. @throws Error as `provideBuilt` */
export function provideHelm(report: (line: string) => void = () => {}): Promise<BuiltFiles<typeof HELM>> {
  return provideBuilt(HELM, report);
}

/** The real Helm, as the administrator of a cluster. */
export class Helm {
  private constructor(
    private readonly program: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly dir: string,
  ) {}

  static async of(cluster: KubernetesCluster): Promise<Helm> {
    const { helm } = await provideHelm();
    const dir = await mkdtemp(join(tmpdir(), 'dts-helm-'));
    return new Helm(helm, { HOME: dir, KUBECONFIG: cluster.kubeconfig }, dir);
  }

  /** @returns what it printed on its standard output @throws Error with all that it printed */
  async run(...args: readonly string[]): Promise<string> {
    const helm = await startProgram(this.program, { args, env: this.env });
    try {
      const { code } = await within(helm.exited, TIMEOUT_MS, () => `helm ${args.join(' ')}; ${helm.tail}`);
      if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with ${code}; ${helm.tail}`);
      return helm.stdout;
    } finally {
      await helm.kill();
    }
  }

  /** Removes what it has kept for itself. */
  async stop(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}
