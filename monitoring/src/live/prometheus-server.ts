import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Program, startProgram, waitFor } from '@dts/testkit';
import { stringify } from 'yaml';
import { hurry } from '../rules/hurry.js';
import { ruleTexts } from '../rules/rule-files.js';

/** Ports on loopback, by app. */
export type Targets = Readonly<Record<'gateway' | 'worker' | 'scaler', readonly number[]>>;

/** A minute is a second: of windows, of what an alert waits for, and of how often is measured as far as that goes. */
const TIMES_FASTER = 60;

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface RunningAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** A real Prometheus that scrapes the apps every second, by the rules of production in less time. */
export class PrometheusServer {
  private constructor(
    readonly url: string,
    private readonly program: Program,
    private readonly folder: string,
  ) {}

  /** @param alertmanager a port of loopback */
  static async start(targets: Targets, alertmanager: number): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'dts-prometheus-'));
    await mkdir(join(folder, 'rules'));
    for (const [name, text] of ruleTexts()) await writeFile(join(folder, 'rules', name), hurry(text, TIMES_FASTER));
    await writeFile(join(folder, 'prometheus.yml'), stringify(configuration(targets, alertmanager)));
    const port = await freePort();
    const options = ['config.file=prometheus.yml', 'storage.tsdb.path=data', `web.listen-address=127.0.0.1:${port}`];
    const program = await startProgram('prometheus', { cwd: folder, args: options.map((option) => `--${option}`) });
    const server = new PrometheusServer(`http://127.0.0.1:${port}`, program, folder);
    const isReady = async () => (await fetch(`${server.url}/-/ready`)).ok;
    await waitFor(isReady, { timeoutMs: 30_000, describe: `Prometheus; ${program.tail}` });
    return server;
  }

  /** What an instant query gives. @throws Error when Prometheus refuses it */
  async query(expression: string): Promise<readonly Sample[]> {
    const { result } = await this.call<{ result: readonly Sample[] }>(`query?query=${encodeURIComponent(expression)}`);
    return result;
  }

  async alerts(): Promise<readonly RunningAlert[]> {
    return (await this.call<{ alerts: readonly RunningAlert[] }>('alerts')).alerts;
  }

  /** Names of the alerts that fire. */
  async firing(): Promise<string[]> {
    const names = (await this.alerts()).flatMap(({ state, labels }) => (state === 'firing' ? String(labels.alertname) : []));
    return [...new Set(names)];
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async call<Data>(path: string): Promise<Data> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; error?: string; data: Data };
    if (answer.status !== 'success') throw new Error(`${path} was refused: ${answer.error}`);
    return answer.data;
  }
}

function configuration(targets: Targets, alertmanager: number): object {
  const at = (ports: readonly number[]) => [{ targets: ports.map((port) => `127.0.0.1:${port}`) }];
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ static_configs: at([alertmanager]) }] },
    scrape_configs: Object.entries(targets).map(([app, ports]) => ({ job_name: `dts-${app}`, static_configs: at(ports) })),
  };
}
