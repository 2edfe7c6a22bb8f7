import { type App, freePort, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { Load, POISONINGS } from './load.js';
import type { Targets } from './prometheus-server.js';

/** Seconds where production has minutes; all else as it ships. */
const SETTINGS = { worker: { LOCK_DURATION: '2000', QUEUES: 'io:50,rate-limited,cpu' }, scaler: { SIGNAL_INTERVAL: '500' } };

/** Redis, a gateway, a scaler and a worker as processes, and callers whose jobs call a service. */
export class LiveStack {
  private constructor(
    readonly stack: Stack,
    private readonly service: Receiver,
    private workerApp: App,
    readonly load: Load,
  ) {}

  static async start(): Promise<LiveStack> {
    const service = await startReceiver();
    const stack = await startStack({ apps: ['scaler'], appEnv: SETTINGS });
    const worker = await stack.start('worker', { PORT: String(await freePort()) });
    return new LiveStack(stack, service, worker, new Load(stack.url, stack.apiKey, service));
  }

  get targets(): Targets {
    const scaler = this.stack.apps.get('scaler') as App;
    return { gateway: [this.stack.gateway.port], worker: [this.workerApp.port], scaler: [scaler.port] };
  }

  /** SIGKILL, in the middle of its jobs. */
  async killWorker(): Promise<void> {
    await this.workerApp.kill();
  }

  /** Another one in its place, as a supervisor starts it: on the same port. */
  async startWorker(): Promise<void> {
    this.workerApp = await this.stack.start('worker', { PORT: String(this.workerApp.port) });
  }

  /** Lets a job kill the worker that runs it, which is started anew each time, until it is put into quarantine. */
  async poison(): Promise<void> {
    await this.load.submit('poison', 1);
    for (let death = 1; death <= POISONINGS; death++) {
      await waitFor(() => this.load.poisonings === death, { timeoutMs: 60_000, describe: `start ${death} of the poisonous job` });
      await this.killWorker();
      await this.startWorker();
    }
  }

  async stop(): Promise<void> {
    await this.load.stop();
    await this.stack.stop();
    await this.service.stop();
  }
}
