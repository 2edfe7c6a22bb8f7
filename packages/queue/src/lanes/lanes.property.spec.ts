import { waitFor } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addBulk } from '../bulk-add.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import { Play, toLaneJob } from '../fixtures/play.js';
import { toBullOptions } from '../job-options.js';
import type { StoredJob } from '../job-record.js';
import { acceptSubmission } from '../submission.js';
import { PARKED_MS } from './parked.js';
import { TenantLimitsStore } from './tenant-limits.js';

describe('whatever happens', () => {
  const KEYS = ['a', 'b', undefined] as const;
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('submit' as const), key: fc.nat(2), dies: fc.nat(5) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('start' as const) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('complete', 'fail', 'stall', 'die'), which: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), concurrency: fc.integer({ min: 0, max: 3 }) }) },
  );

  it('jobs of a key start in order and one at a time, no more than the limit start, and all of them run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 60 }), async (actions) => {
        const round = await Round.open();
        await using _round = round;
        for (const given of actions) await round.act(given);
        await round.finish();
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

  /** One world, and what is to be seen of it. */
  class Round implements AsyncDisposable {
    private readonly running: StoredJob[] = [];
    private readonly submitted = new Map<string, string[]>();
    private readonly started = new Map<string, string[]>();
    private readonly ended = new Set<string>();
    /** Jobs that ran when the limit was set: they are not stopped. */
    private readonly exempt = new Set<string>();
    private concurrency = 0;
    private count = 0;

    private constructor(
      private readonly there: Opened,
      private readonly play: Play,
      private readonly limits: TenantLimitsStore,
    ) {}

    static async open(): Promise<Round> {
      const there = await open();
      return new Round(there, new Play(there), new TenantLimitsStore(there.redis, there.prefix));
    }

    async act(given: Action): Promise<void> {
      if (given.kind === 'submit') await this.submit(KEYS[given.key], given.dies);
      else if (given.kind === 'start') await this.start();
      else if (given.kind === 'tick') await this.play.tick();
      else if (given.kind === 'limit') await this.limit(given.concurrency);
      else if ('which' in given) await this.end(given.kind, given.which);
    }

    /** Whatever is left runs, once all who died have been mended. */
    async finish(): Promise<void> {
      const all = [...this.submitted.values()].flat();
      await waitFor(
        async () => {
          await this.overdue();
          await this.play.tick();
          await this.start();
          for (const job of this.running.splice(0)) await this.complete(job);
          return this.ended.size === all.length;
        },
        { describe: `${all.length} jobs to end, of which ${this.ended.size} have`, timeoutMs: 20_000 },
      );
      for (const key of ['a', 'b']) expect(this.started.get(key) ?? []).toEqual(this.submitted.get(key) ?? []);
      expect(await this.there.redis.zcard(this.there.queues.io.toKey('delayed'))).toBe(0);
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.play[Symbol.asyncDispose]();
      this.there[Symbol.dispose]();
    }

    /** @param dies after how many steps of three its gateway dies; its caller comes again at once */
    private async submit(orderingKey: string | undefined, dies: number): Promise<void> {
      const given = submission({ options: { orderingKey, attempts: 1_000 }, idempotencyKey: `job-${this.count++}` });
      const { id, definition } = acceptSubmission(given);
      const opts = { ...toBullOptions(definition, id, 'acme', given.options), ...(orderingKey && { delay: PARKED_MS }) };
      if (dies < 2) await this.play.lanes.announce('io', [{ id, tenant: 'acme', orderingKey }]);
      if (dies === 1) await addBulk(this.there.queues.io, [{ name: given.name, data: { payload: given.payload, tenant: 'acme' }, opts }]);
      if (dies !== 1) await this.there.jobs.submit(given);
      const name = orderingKey ?? '';
      this.submitted.set(name, [...(this.submitted.get(name) ?? []), id]);
    }

    private async start(): Promise<void> {
      const job = await this.play.start();
      if (!job) return;
      const { orderingKey = '' } = toLaneJob(job);
      this.running.push(job);
      const same = this.running.filter((other) => (toLaneJob(other).orderingKey ?? '') === orderingKey);
      if (orderingKey !== '') expect(same).toHaveLength(1);
      const counted = this.running.filter(({ id }) => !this.exempt.has(id ?? ''));
      if (this.concurrency > 0) expect(counted.length).toBeLessThanOrEqual(this.concurrency);
      const before = this.started.get(orderingKey) ?? [];
      if (!before.includes(job.id ?? '')) this.started.set(orderingKey, [...before, job.id ?? '']);
    }
    private async limit(concurrency: number): Promise<void> {
      this.concurrency = concurrency;
      for (const { id } of this.running) this.exempt.add(id ?? '');
      await this.limits.put('acme', { weight: 1, concurrency: concurrency === 0 ? null : { io: concurrency }, rate: null });
    }

    private async end(kind: string, which: number): Promise<void> {
      const [job] = this.running.splice(which % Math.max(1, this.running.length), 1);
      if (!job) return;
      if (kind === 'complete') await this.complete(job);
      else if (kind === 'fail') await this.fail(job);
      else if (kind === 'stall') await this.play.stall(job);
      else await this.complete(job, true);
    }

    private async fail(job: StoredJob): Promise<void> {
      await this.play.fail(job);
      this.exempt.delete(job.id ?? '');
    }

    private async complete(job: StoredJob, dies = false): Promise<void> {
      await this.play.complete(job, dies);
      this.ended.add(job.id ?? '');
    }

    /** Time passes for the lanes: all are looked at next. */
    private async overdue(): Promise<void> {
      for (const lanes of ['key-lanes', 'tenant-lanes'].map((type) => this.there.queues.io.toKey(type))) {
        for (const name of await this.there.redis.zrange(lanes, '0', '-1')) await this.there.redis.zadd(lanes, 0, name);
      }
    }
  }
});
