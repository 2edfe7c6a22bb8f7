import { type ReceivedRequest, type Receiver, type Reply, startReceiver } from '@dts/testkit';

interface PlayedJob {
  readonly id: string;
  readonly url: string;
  state: 'waiting' | 'completed' | 'dead';
  finishedAt: string | null;
  readonly finished: Promise<void>;
}

/** A server that keeps the gateway's contract, and a worker behind it: real requests there and back, no queue between. */
export class PlayedGateway {
  readonly apiKey = 'played';
  /** Idempotency keys of all submissions, in order. */
  readonly keys: string[] = [];
  /** How often each job calls its URL. */
  deliveriesEach = 1;
  onSubmission: (count: number) => void = () => {};
  readonly #byKey = new Map<string, PlayedJob>();
  readonly #byId = new Map<string, PlayedJob>();
  #refusals = 0;
  #lossPeriod = 0;

  private constructor(private readonly server: Receiver) {
    server.respond = (request) => this.#respond(request);
  }

  static async start(): Promise<PlayedGateway> {
    return new PlayedGateway(await startReceiver());
  }

  get url(): string {
    return this.server.url;
  }

  get jobs(): number {
    return this.#byKey.size;
  }

  /** Answers 503 to the first submissions. */
  refuseFirst(count: number): void {
    this.#refusals = count;
  }

  /** Each n-th job goes dead without calling anybody. */
  loseEvery(n: number): void {
    this.#lossPeriod = n;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  async #respond(request: ReceivedRequest): Promise<Reply> {
    if (request.headers.authorization !== `Bearer ${this.apiKey}`) return problem(401, 'unauthenticated', 'An API key is needed.');
    if (request.method === 'POST') return this.#submit(request);
    if (request.path === '/v1/job-types') return { body: { items: [], nextCursor: null } };
    const job = this.#byId.get(/^\/v1\/jobs\/([^?]+)/.exec(request.path)?.[1] ?? '');
    if (!job) return problem(404, 'job-not-found', 'There is no such job.');
    await job.finished;
    return { body: view(job) };
  }

  #submit(request: ReceivedRequest): Reply {
    const key = request.idempotencyKey ?? '';
    this.keys.push(key);
    this.onSubmission(this.keys.length);
    if (this.#refusals-- > 0) return problem(503, 'unavailable', 'The queue is not available.');
    const body = JSON.parse(request.body.toString()) as { payload: { url: string }; priority?: number };
    if ((body.priority ?? 1) > 10) {
      return problem(422, 'invalid-request', 'It does not fit.', [{ pointer: '/priority', detail: 'must be 1 to 10' }]);
    }
    const known = this.#byKey.get(key);
    if (known) return { status: 200, body: view(known) };
    const job = this.#run(`io_${this.#byKey.size + 1}`, body.payload.url);
    this.#byKey.set(key, job);
    this.#byId.set(job.id, job);
    return { status: 201, body: view(job) };
  }

  #run(id: string, url: string): PlayedJob {
    const lost = this.#lossPeriod > 0 && (this.#byKey.size + 1) % this.#lossPeriod === 0;
    const work = async () => {
      // Only what a producer listens on is called; the files of the tests name hosts that are nowhere.
      if (!lost && url.startsWith('http://127.0.0.1:')) for (let n = 0; n < this.deliveriesEach; n++) await fetch(url, { method: 'POST' });
      job.state = lost ? 'dead' : 'completed';
      job.finishedAt = new Date().toISOString();
    };
    // A delivery fails when the test has ended before it.
    const finished = Promise.resolve()
      .then(work)
      .catch(() => undefined);
    const job: PlayedJob = { id, url, state: 'waiting', finishedAt: null, finished };
    return job;
  }
}

function view({ id, state, finishedAt }: PlayedJob): object {
  return { id, state, finishedAt, error: state === 'dead' ? { code: 'network', message: 'connect ECONNREFUSED' } : null };
}

function problem(status: number, code: string, detail: string, errors: object[] = []): Reply {
  return { status, headers: { 'content-type': 'application/problem+json' }, body: { status, code, detail, errors } };
}
