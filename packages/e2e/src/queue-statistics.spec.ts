import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

type Percentiles = Readonly<Record<'p50' | 'p95' | 'p99', number>>;

interface Queue {
  readonly counts: Readonly<Record<string, number>>;
  readonly completionsPerSecond: number;
  readonly arrivalsPerSecond: number;
  readonly failuresPerSecond: number;
  readonly waitMs: Percentiles | null;
  readonly runMs: Percentiles | null;
}

interface Attempt {
  readonly waitMs: number;
  readonly runMs: number;
}

const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
/** As the API says: each percentile is within 2 % of the true one; it is told to the microsecond. */
const BOUND = 0.02;
const ROUNDING = 0.001;
/** Milliseconds that the service which the jobs call takes. */
const DELAYS = Array.from({ length: 60 }, (_, index) => 5 + index * 5);
/** Milliseconds that are counted together; the window is thirty of these and what has gone of the next. */
const SLICE_MS = 10_000;

describe('the statistics of a queue', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;
  let workers: App[];

  beforeAll(async () => {
    let next = 0;
    receiver = await startReceiver(async () => {
      await new Promise((resolve) => setTimeout(resolve, DELAYS[next++ % DELAYS.length]));
      return { body: {} };
    });
    stack = await startStack({ appEnv: { worker: { QUEUES: 'io:5' } } });
    workers = [stack.apps.get('worker') as App, await stack.start('worker')];
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  const queue = async () => (await api.call<Queue>('GET', '/v1/queues/io')).body;

  it('are what its workers have measured, to within the bound that is stated', async () => {
    const job = { name: 'http.request', payload: { url: `${receiver.url}/slow` } };
    await api.call('POST', '/v1/jobs:batch', { jobs: Array(DELAYS.length).fill(job) });
    const told = await waitFor(
      async () => {
        const read = await queue();
        const counted = [read.arrivalsPerSecond, read.completionsPerSecond].map((rate) => Math.round(rate * windowSeconds()));
        return counted.every((count) => count === DELAYS.length) && read;
      },
      { timeoutMs: 60_000 },
    );
    const attempts = workers.flatMap(({ output }) => attemptsIn(output));
    expect(attempts).toHaveLength(DELAYS.length);
    for (const [q, share] of Object.entries(SHARES) as [keyof Percentiles, number][]) {
      for (const kind of ['waitMs', 'runMs'] as const) {
        const exact = nearestRank(
          attempts.map((attempt) => attempt[kind]),
          share,
        );
        expect({ kind, q, exact, told: told[kind]?.[q] }).toEqual({ kind, q, exact, told: within(exact) });
      }
      // What the service took, each attempt took at least.
      expect(told.runMs?.[q]).toBeGreaterThanOrEqual((1 - BOUND) * nearestRank(DELAYS, share));
    }
    expect([told.failuresPerSecond, told.counts.completed]).toEqual([0, DELAYS.length]);
  }, 120_000);
});

/**
 * What a rate of now is of, so that a count can be had from it: with any other figure, a job that is not counted yet would
 * go unnoticed, and the percentiles be those of the others.
 */
function windowSeconds(): number {
  return (30 * SLICE_MS + (Date.now() % SLICE_MS)) / 1_000;
}

/** Matches what is as near as it is said to be. */
function within(exact: number) {
  return {
    asymmetricMatch: (told: unknown) => Math.abs(Number(told) - exact) <= BOUND * exact + ROUNDING,
    toString: () => `${exact} to within ${BOUND * 100} %`,
  };
}

/** What a worker's log says of each attempt. */
function attemptsIn(output: string): Attempt[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{') && line.includes('"durationMs"'));
  return lines.map((line) => {
    const { waitMs, durationMs } = JSON.parse(line) as { waitMs: number; durationMs: number };
    return { waitMs, runMs: durationMs };
  });
}

function nearestRank(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] as number;
}
