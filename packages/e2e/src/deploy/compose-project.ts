import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type DockerEngine, freePort } from '@dts/testkit';

export const CHECKOUT = resolve(import.meta.dirname, '../../../..');

/** What Compose reads of the checkout. */
const FILES = ['compose.yaml', 'deploy', 'monitoring/prometheus', 'monitoring/alertmanager', 'monitoring/grafana'];

const PORTS = {
  gateway: 'GATEWAY_ADDRESS',
  balancer: 'BALANCER_ADDRESS',
  scaler: 'SCALER_ADDRESS',
  prometheus: 'PROMETHEUS_ADDRESS',
  alertmanager: 'ALERTMANAGER_ADDRESS',
};
type Published = keyof typeof PORTS;

/** The checkout's compose.yaml, in a folder and on ports of its own: a developer's containers, keys and data are left alone. */
export class ComposeProject {
  private constructor(
    readonly dir: string,
    private readonly engine: DockerEngine,
    private readonly env: Readonly<Record<string, string>>,
    private readonly profile: string,
  ) {}

  /** @param profile of Compose; only what has none runs unless given */
  static async create(engine: DockerEngine, profile = ''): Promise<ComposeProject> {
    const dir = await mkdtemp(join(tmpdir(), 'dts-compose-'));
    for (const file of FILES.filter((name) => existsSync(join(CHECKOUT, name))))
      await cp(join(CHECKOUT, file), join(dir, file), { recursive: true });
    const addresses = Object.values(PORTS).map(async (name) => [name, `127.0.0.1:${await freePort()}`] as const);
    const env = { REDIS_PORT: String(await freePort()), ...Object.fromEntries(await Promise.all(addresses)) };
    return new ComposeProject(dir, engine, env, profile);
  }

  url(service: Published): string {
    return `http://${this.env[PORTS[service]]}`;
  }

  get redisPort(): number {
    return Number(this.env.REDIS_PORT);
  }

  /** The key that was made up for the tools of the checkout. */
  async apiKey(): Promise<string> {
    return (await readFile(join(this.dir, '.data/api-key'), 'utf8')).trim();
  }

  compose(...args: readonly string[]): Promise<string> {
    return this.composeAs('local', ...args);
  }

  /** @param version of the images of the apps that it starts */
  composeAs(version: string, ...args: readonly string[]): Promise<string> {
    const env = { ...this.env, DTS_VERSION: version, COMPOSE_PROFILES: this.profile };
    return this.engine.docker(['compose', '--progress', 'quiet', ...args], { cwd: this.dir, env });
  }

  /** As somebody would type it in the checkout. */
  shell(command: string): Promise<string> {
    return this.engine.run('sh', ['-ec', command], { cwd: this.dir, env: this.env });
  }

  /** Of each container of a service, as `docker inspect` has it. */
  async inspect(service: string): Promise<readonly Container[]> {
    const ids = (await this.compose('ps', '--all', '--quiet', service)).split('\n').filter((id) => id !== '');
    return JSON.parse(await this.engine.docker(['inspect', ...ids])) as Container[];
  }

  /** The address of this machine in a network of the project. */
  async hostAddress(network: string): Promise<string> {
    const format = '{{(index .IPAM.Config 0).Gateway}}';
    return (await this.engine.docker(['network', 'inspect', '--format', format, `dts_${network}`])).trim();
  }

  async remove(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '30');
    await rm(this.dir, { recursive: true, force: true });
  }
}

export interface Container {
  readonly State: { readonly Status: string; readonly StartedAt: string; readonly Health?: { readonly Status: string } };
  readonly RestartCount: number;
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number | null;
  };
  readonly Config: { readonly User: string; readonly Env: readonly string[] };
}
