import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sleep } from './backoff.js';
import type { BatchJob } from './batch.js';
import { SchedulerClient } from './scheduler-client.js';
import type { StreamOptions } from './submit-stream.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway, type Seen } from './testing/scripted-gateway.js';

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const keysOf = ({ body }: Seen) => (JSON.parse(body).jobs as { idempotencyKey: string }[]).map(({ idempotencyKey }) => idempotencyKey);
/** Takes every job; its id is its key. */
const takeAll = (request: Seen) => ({ status: 200, body: { results: keysOf(request).map((id) => ({ status: 201, job: { id } })) } });
const UNAVAILABLE = { status: 503, body: { code: 'unavailable', detail: 'The queue is not available.' } };

const job = (idempotencyKey: string): BatchJob => ({
  name: 'http.request',
  payload: { url: 'https://billing.internal/hook' },
  idempotencyKey,
});

/** Jobs with the keys 0, 1, 2 …, which knows how many were read and whether it was closed. */
class Source {
  read = 0;
  closed = false;

  constructor(private readonly count: number) {}

  *[Symbol.iterator](): Generator<BatchJob, void, void> {
    try {
      while (this.read < this.count) yield job(String(this.read++));
    } finally {
      this.closed = true;
    }
  }
}

const keys = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const submit = (jobs: Iterable<BatchJob> | AsyncIterable<BatchJob>, options: StreamOptions = {}) =>
  new SchedulerClient({ url: gateway.url, apiKey: 'k' }).submitStream(jobs, options);

describe('submitStream', () => {
  it('submits all in batches, and tells of each in the order given what became of it', async () => {
    gateway.script = [
      // The first to be asked is the last to answer.
      async (request) => {
        await gateway.untilSeen(3);
        return takeAll(request);
      },
      takeAll,
    ];
    const results = await collect(submit(new Source(25), { concurrency: 3, batchSize: 10 }));
    expect(results.map(({ job: taken }) => taken?.id)).toEqual(keys(25));
    expect(gateway.seen.map((request) => keysOf(request).length).sort()).toEqual([10, 10, 5]);
  });

  it('never reads further ahead than it says', async () => {
    const source = new Source(500);
    let furthest = 0;
    let done = 0;
    gateway.script = [takeAll];
    for await (const _result of submit(source, { concurrency: 2, batchSize: 7 })) {
      furthest = Math.max(furthest, source.read - done);
      if (done % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      done++;
    }
    expect([done, furthest]).toEqual([500, 14]);
  });

  it('does not read on while the gateway says nothing, and sends no more at once than it may', async () => {
    const source = new Source(500);
    gateway.script = ['silence'];
    const stop = new AbortController();
    const first = submit(source, { concurrency: 3, batchSize: 5, signal: stop.signal }).next();
    await gateway.untilSeen(3);
    expect([source.read, gateway.open]).toEqual([15, 3]);
    stop.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await gateway.untilHungUp();
    expect([source.closed, gateway.seen.length]).toEqual([true, 3]);
  });

  it('does not keep jobs waiting for others that do not come', async () => {
    gateway.script = [takeAll];
    let more = () => {};
    async function* slow() {
      yield job('a');
      await new Promise<void>((resolve) => {
        more = resolve;
      });
      yield job('b');
    }
    const results = submit(slow());
    expect((await results.next()).value).toMatchObject({ idempotencyKey: 'a', job: { id: 'a' } });
    more();
    expect((await results.next()).value).toMatchObject({ idempotencyKey: 'b' });
    expect((await results.next()).done).toBe(true);
  });

  it('slows down to one request at a time while the gateway can not take more, and loses none', async () => {
    const atOnce = { now: 0, most: 0 };
    const alone = async (request: Seen) => {
      const number = gateway.seen.indexOf(request) + 1;
      if (number > 12) return takeAll(request);
      atOnce.most = Math.max(atOnce.most, ++atOnce.now);
      await sleep(5);
      atOnce.now--;
      return number < 12 ? UNAVAILABLE : takeAll(request);
    };
    // The first four come together.
    gateway.script = [...Array(4).fill(UNAVAILABLE), alone];
    const retried: string[] = [];
    const results = await collect(submit(new Source(40), { batchSize: 10, onRetry: ({ error }) => retried.push(error.code) }));
    expect(results.map(({ job: taken }) => taken?.id)).toEqual(keys(40));
    expect(retried).toEqual(Array(11).fill('unavailable'));
    expect(atOnce.most).toBe(1);
  });

  it('repeats those that the gateway can not take now, and only those', async () => {
    const refused = { status: 429, problem: { code: 'backlog-full', detail: 'The queue is full.' } };
    const wrong = { status: 422, problem: { code: 'invalid-request', detail: 'It does not fit.' } };
    gateway.script = [{ status: 200, body: { results: [{ status: 201, job: { id: '0' } }, refused, wrong] } }, takeAll];
    const results = await collect(submit(new Source(3)));
    expect(results.map((result) => result.job?.id ?? result.error?.code)).toEqual(['0', '1', 'invalid-request']);
    expect(gateway.seen.map(keysOf)).toEqual([['0', '1', '2'], ['1']]);
  });

  it('tells the last error of each once nothing at all was taken for `patienceMs`, and goes on', async () => {
    gateway.script = [UNAVAILABLE];
    const results = submit(new Source(30), { concurrency: 1, batchSize: 10, patienceMs: 50 });
    const first = await results.next();
    expect(first.value).toMatchObject({ idempotencyKey: '0', error: { code: 'unavailable' } });
    gateway.script = [takeAll];
    const rest = await collect(results);
    expect(rest.slice(9).map((result) => result.job?.id)).toEqual(keys(30).slice(10));
  });

  it('is as patient as it takes while something is taken still', async () => {
    const takeOne = async (request: Seen) => {
      await sleep(400);
      const [first, ...others] = keysOf(request);
      const refused = { status: 429, problem: { code: 'backlog-full', detail: 'The queue is full.' } };
      return { status: 200, body: { results: [{ status: 201, job: { id: first } }, ...others.map(() => refused)] } };
    };
    gateway.script = [takeOne, takeOne, takeOne, takeAll];
    const results = await collect(submit(new Source(5), { patienceMs: 1_000 }));
    expect(results.map((result) => result.job?.id)).toEqual(keys(5));
  });

  it('leaves no request, no job half read and no source open when nobody reads on', async () => {
    const source = new Source(500);
    gateway.script = [(request) => (keysOf(request)[0] === '0' ? takeAll(request) : 'silence')];
    for await (const { job: taken } of submit(source, { concurrency: 2, batchSize: 5 })) {
      expect(taken?.id).toBe('0');
      break;
    }
    await gateway.untilHungUp();
    expect([source.closed, source.read <= 10]).toEqual([true, true]);
  });

  it('does not wait for a source that never answers', async () => {
    gateway.script = [takeAll];
    let closed = false;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<BatchJob>>(() => {}),
        return: async () => {
          closed = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const stop = new AbortController();
    const first = submit(source, { signal: stop.signal }).next();
    stop.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect([closed, gateway.seen]).toEqual([true, []]);
  });

  it('tells what became of the jobs before one that can not be read or sent', async () => {
    gateway.script = [takeAll];
    function* broken() {
      yield job('a');
      throw new Error('line 2 is no JSON');
    }
    for (const [source, reason] of [
      [broken(), 'line 2 is no JSON'] as const,
      [[job('a'), job('no key')], 'an idempotency key has'] as const,
    ]) {
      const results = submit(source);
      expect((await results.next()).value).toMatchObject({ job: { id: 'a' } });
      await expect(results.next()).rejects.toThrow(reason);
    }
  });

  it.each([{ concurrency: 0 }, { concurrency: 1.5 }, { batchSize: 0 }, { batchSize: 1_001 }])('refuses %j', async (options) => {
    await expect(submit([], options).next()).rejects.toThrow(RangeError);
  });

  it('is over at once with nothing to submit, and takes no step when it was stopped before', async () => {
    await expect(collect(submit([]))).resolves.toEqual([]);
    const source = new Source(1);
    await expect(submit(source, { signal: AbortSignal.abort(new Error('enough')) }).next()).rejects.toThrow('enough');
    expect([gateway.seen, source.read]).toEqual([[], 0]);
  });
});
