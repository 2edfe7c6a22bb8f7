import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Program, startProgram, waitFor } from '@dts/testkit';
import { inMonitoring } from '../paths.js';

/** When a message goes out. The routes, what they group and what inhibits what stay. */
const TIMES = /(group_wait|group_interval|repeat_interval): \w+/g;
const WEBHOOK = 'http://alert-receiver:8080/alerts';

/** A real Alertmanager with the configuration of production, except for whom it tells, and that it does not wait. */
export class AlertmanagerServer {
  private constructor(
    readonly port: number,
    private readonly program: Program,
    private readonly folder: string,
  ) {}

  /** @param webhook the URL that is told */
  static async start(webhook: string): Promise<AlertmanagerServer> {
    const folder = await mkdtemp(join(tmpdir(), 'dts-alertmanager-'));
    const text = await readFile(inMonitoring('alertmanager/alertmanager.yml'), 'utf8');
    if (!text.includes(WEBHOOK)) throw new Error(`the configuration does not name ${WEBHOOK}`);
    const hurried = text.replace(WEBHOOK, webhook).replace(TIMES, (_time, name) => `${name}: ${name === 'repeat_interval' ? '1h' : '1s'}`);
    await writeFile(join(folder, 'alertmanager.yml'), hurried);
    const port = await freePort();
    const options = [
      'config.file=alertmanager.yml',
      'storage.path=data',
      `web.listen-address=127.0.0.1:${port}`,
      'cluster.listen-address=',
    ];
    const program = await startProgram('prometheus-alertmanager', { cwd: folder, args: options.map((option) => `--${option}`) });
    const isReady = async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
    await waitFor(isReady, { timeoutMs: 30_000, describe: `Alertmanager; ${program.tail}` });
    return new AlertmanagerServer(port, program, folder);
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
