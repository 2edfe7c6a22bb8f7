import { resolve } from 'node:path';
import { freePort, type Program, startProgram, waitFor } from '@dts/testkit';

const CONFIGURATION = resolve(import.meta.dirname, '../../../../deploy/haproxy/haproxy.cfg');
const START_MS = 30_000;

/** A real HAProxy with the configuration that the product ships. Debian keeps it where only root looks. */
export class Balancer {
  private constructor(
    readonly url: string,
    private readonly program: Program,
  ) {}

  /** @param ports of the two gateways, which may come and go @throws Error with its last output when nothing answers through it */
  static async start([first, second]: readonly [number, number]): Promise<Balancer> {
    const listen = `127.0.0.1:${await freePort()}`;
    const env = { LISTEN: listen, GATEWAY_1: `127.0.0.1:${first}`, GATEWAY_2: `127.0.0.1:${second}` };
    const path = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
    const program = await startProgram('haproxy', { args: ['-db', '-f', CONFIGURATION], env: { ...env, PATH: path } });
    const balancer = new Balancer(`http://${listen}`, program);
    try {
      await balancer.untilReady();
      return balancer;
    } catch (error) {
      await program.kill();
      throw new Error(`HAProxy did not come up: ${(error as Error).message}; ${program.tail}`);
    }
  }

  async stop(): Promise<void> {
    await this.program.kill();
  }

  private async untilReady(): Promise<void> {
    const ask = async () => !this.program.isRunning || (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
    await waitFor(ask, { timeoutMs: START_MS, describe: 'an answer through it' });
    if (!this.program.isRunning) throw new Error('it ended');
  }
}
