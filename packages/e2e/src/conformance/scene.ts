import { type Program, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { Api, type Job } from '../api.js';
import type { StartWorker } from './worker-driver.js';

/** Milliseconds for which a lease holds here. */
export const LEASE_MS = 4_000;
/** And for a test: most of it is waited. */
export const LONG = 90_000;

/** A gateway, a Redis, workers under test, and the service that their jobs call. */
export class Scene {
  private readonly workers: Program[] = [];
  private started = 0;
  private letGo: (document: string) => void = () => undefined;

  private constructor(
    readonly stack: Stack,
    readonly receiver: Receiver,
    readonly api: Api,
    private readonly start: StartWorker,
  ) {}

  static async open(start: StartWorker): Promise<Scene> {
    const receiver = await startReceiver();
    const stack = await startStack({ apps: [], timeoutMs: LONG, env: { LEASE_DURATION: String(LEASE_MS) } });
    return new Scene(stack, receiver, new Api(stack.url, stack.apiKey), start);
  }

  /** Nothing is held, and no worker runs. */
  async reset(): Promise<void> {
    this.letGo('left over');
    await Promise.all(this.workers.splice(0).map((worker) => worker.kill()));
    this.receiver.requests.length = 0;
    this.hold();
  }

  async close(): Promise<void> {
    await this.reset();
    await this.stack.stop();
    await this.receiver.stop();
  }

  /** Of the worker that was started last, as the registry and attempts name it. */
  get workerId(): string {
    return `test/w${this.started}`;
  }

  /** Held jobs are answered from now on when they are let go. */
  hold(): void {
    const held = new Promise<string>((resolve) => {
      this.letGo = resolve;
    });
    this.receiver.respond = async ({ path }) => ({ body: path.startsWith('/hold') ? await held : 'heard' });
  }

  release(document = 'held'): void {
    this.letGo(document);
  }

  async startWorker({ url = this.stack.url, slots = 4, graceS = 10 } = {}): Promise<Program> {
    const DTS_WORKER_ID = `w${++this.started}`;
    const env = { DTS_URL: url, DTS_API_KEY: this.stack.apiKey, DTS_WORKER_ID, DTS_SLOTS: String(slots), DTS_GRACE: String(graceS) };
    const worker = await this.start(env);
    this.workers.push(worker);
    return worker;
  }

  submit(title: string, options: object = {}): Promise<string> {
    return this.api.submit('report.render', { title, columns: [this.receiver.url] }, options);
  }

  async job(id: string): Promise<Job> {
    return (await this.api.call('GET', `/v1/jobs/${id}`)).body;
  }

  until(id: string, state: string, timeoutMs = 30_000): Promise<Job> {
    return waitFor(
      async () => {
        const job = await this.job(id);
        return job.state === state && job;
      },
      { timeoutMs, describe: `${id} to be ${state}` },
    );
  }

  /** Paths of the requests that a job has made. */
  requestsOf(id: string, path: string): string[] {
    return this.receiver.requests.map((request) => request.path).filter((sent) => sent.startsWith(path) && sent.includes(id));
  }

  /** Resolves when so many of the job's runs have begun. */
  async untilRuns(id: string, runs = 1, timeoutMs = 30_000): Promise<void> {
    await waitFor(() => this.requestsOf(id, '/hold').length >= runs, { timeoutMs, describe: `${runs} runs of ${id}` });
  }

  async untilStopped(id: string, timeoutMs = 30_000): Promise<string> {
    const path = await waitFor(() => this.requestsOf(id, '/stopped')[0], { timeoutMs, describe: `${id} to be stopped` });
    return new URL(path, this.receiver.url).searchParams.get('reason') ?? '';
  }
}

/** Its methods, to be taken apart. */
export function bind(scene: Scene) {
  const { stack, api, receiver } = scene;
  return {
    stack,
    api,
    receiver,
    job: scene.job.bind(scene),
    submit: scene.submit.bind(scene),
    until: scene.until.bind(scene),
    untilRuns: scene.untilRuns.bind(scene),
    untilStopped: scene.untilStopped.bind(scene),
    release: scene.release.bind(scene),
    requestsOf: scene.requestsOf.bind(scene),
    startWorker: scene.startWorker.bind(scene),
  };
}
