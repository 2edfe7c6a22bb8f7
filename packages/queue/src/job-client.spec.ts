import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Opened, open, submission } from './fixtures/open.js';
import { idempotencyDigest, jobIdFor } from './job-id.js';
import { MAX_PAYLOAD_BYTES, type Submitted } from './submission.js';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});
afterAll(() => opened[Symbol.dispose]());

const submit = (changes: Parameters<typeof submission>[0] = {}) => opened.jobs.submit(submission(changes));
const storedWith = async (key: string, tenant = 'acme') => {
  const ids = await opened.storedIds();
  return ids.filter((id) => id === jobIdFor('io', tenant, key) || id === jobIdFor('cpu', tenant, key));
};
const codesOf = (outcomes: PromiseSettledResult<Submitted>[]) =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.outcome : outcome.reason.code)).sort();

describe('JobClient.submit', () => {
  it('stores a job that reads as it was submitted', async () => {
    const options = { priority: 3, attempts: 2, tags: ['a', 'b'], delay: 60_000 };
    const { outcome, job } = await submit({ options });
    expect(outcome).toBe('created');
    expect(job).toMatchObject({ name: 'http.request', queue: 'io', tenant: 'acme', state: 'scheduled', priority: 3, attemptsMax: 2 });
    expect(job).toMatchObject({ payload: { url: 'http://service.test/hook' }, tags: ['a', 'b'], attempts: [], error: null });
    await expect(opened.jobs.get(job.id)).resolves.toEqual(job);
  });

  it('makes a job for every submission without a key', async () => {
    const [first, second] = await Promise.all([submit(), submit()]);
    expect(first.job.id).not.toBe(second.job.id);
  });

  it.each([
    [{ name: 'no.such' }, { code: 'unknown-job', message: expect.stringContaining('http.request, email.send') }],
    [{ payload: { url: 7, extra: 1 } }, { code: 'invalid-payload', issues: [{ path: ['url'] }, { path: ['extra'] }] }],
    [{ payload: { url: 'http://x.y/', text: 'ä'.repeat(MAX_PAYLOAD_BYTES / 2) } }, { code: 'payload-too-large' }],
  ])('refuses %#', async (changes, refusal) => {
    await expect(submit(changes)).rejects.toMatchObject(refusal);
  });
});

describe('a submission with a key', () => {
  it('is replayed when it is repeated, and is a conflict when it says something else', async () => {
    const idempotencyKey = randomUUID();
    const first = await submit({ idempotencyKey });
    const second = await submit({ idempotencyKey });
    expect(first.outcome).toBe('created');
    expect(second).toEqual({ outcome: 'replayed', job: first.job });
    for (const changes of [{ payload: { url: 'http://other.test/' } }, { options: { priority: 2 } }]) {
      await expect(submit({ idempotencyKey, ...changes })).rejects.toMatchObject({ code: 'idempotency-conflict' });
    }
    await expect(storedWith(idempotencyKey)).resolves.toEqual([first.job.id]);
  });

  it('is created once of fifty at a time', async () => {
    const idempotencyKey = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => submit({ idempotencyKey })));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['created', ...Array(49).fill('replayed')]);
    expect(new Set(outcomes.map(({ job }) => `${job.id} ${job.submittedAt}`)).size).toBe(1);
    await expect(storedWith(idempotencyKey)).resolves.toHaveLength(1);
  });

  it('wins once of fifty that differ', async () => {
    const idempotencyKey = randomUUID();
    const bodies = Array.from({ length: 50 }, (_, index) => ({ url: `http://service.test/${index}` }));
    const outcomes = await Promise.allSettled(bodies.map((payload) => submit({ idempotencyKey, payload })));
    expect(codesOf(outcomes)).toEqual(['created', ...Array(49).fill('idempotency-conflict')]);
    await expect(storedWith(idempotencyKey)).resolves.toHaveLength(1);
  });

  it('is another in another tenant', async () => {
    const idempotencyKey = randomUUID();
    const [ours, theirs] = await Promise.all([submit({ idempotencyKey }), submit({ idempotencyKey, tenant: 'globex' })]);
    expect([ours.outcome, theirs.outcome]).toEqual(['created', 'created']);
    expect(ours.job.id).not.toBe(theirs.job.id);
  });

  it('wins once across job types of different queues', async () => {
    const thumbnail = {
      name: 'image.thumbnail',
      payload: { sourceUrl: 'http://a.test/1.png', destinationUrl: 'http://a.test/2.png', width: 10 },
    };
    for (let round = 0; round < 10; round++) {
      const idempotencyKey = randomUUID();
      const outcomes = await Promise.allSettled([submit({ idempotencyKey }), submit({ idempotencyKey, ...thumbnail })]);
      expect(codesOf(outcomes)).toEqual(['created', 'idempotency-conflict']);
      await expect(storedWith(idempotencyKey)).resolves.toHaveLength(1);
    }
  });

  it('is not run again after its job was completed and removed', async () => {
    const idempotencyKey = randomUUID();
    const { job } = await submit({ idempotencyKey });
    await opened.queues.io.remove(job.id);
    const { outcome, job: remembered } = await submit({ idempotencyKey });
    expect(outcome).toBe('replayed');
    expect(remembered).toMatchObject({ id: job.id, state: 'completed', payload: job.payload, result: null });
    expect(Math.abs(remembered.submittedAt - job.submittedAt)).toBeLessThan(1_000);
    await expect(storedWith(idempotencyKey)).resolves.toEqual([]);
  });
});

describe('a claim whose owner died', () => {
  /** Takes the mark off the claim that a submission has left. */
  const claimOf = async (idempotencyKey: string) => {
    const { job } = await submit({ idempotencyKey });
    const key = `${opened.prefix}:idempotency:${idempotencyDigest('acme', idempotencyKey).toString('base64url')}`;
    const marked = await waitFor(async () => {
      const claim = JSON.parse((await opened.redis.get(key)) ?? '{}');
      return claim.stored === true && claim;
    });
    await opened.redis.set(key, JSON.stringify({ ...marked, stored: false }), 'KEEPTTL');
    return { job };
  };

  it('before the add is completed by the next try', async () => {
    const idempotencyKey = randomUUID();
    const { job } = await claimOf(idempotencyKey);
    await opened.queues.io.remove(job.id);
    await expect(submit({ idempotencyKey })).resolves.toMatchObject({ job: { id: job.id, state: 'waiting' } });
    await expect(storedWith(idempotencyKey)).resolves.toEqual([job.id]);
  });

  it('after the add is marked by the next try, so that the job is not run again', async () => {
    const idempotencyKey = randomUUID();
    const { job } = await claimOf(idempotencyKey);
    await expect(submit({ idempotencyKey })).resolves.toMatchObject({ outcome: 'replayed', job: { id: job.id } });
    await opened.queues.io.remove(job.id);
    await expect(submit({ idempotencyKey })).resolves.toMatchObject({ outcome: 'replayed', job: { state: 'completed' } });
    await expect(storedWith(idempotencyKey)).resolves.toEqual([]);
  });

  it('still stands for its own body only', async () => {
    const idempotencyKey = randomUUID();
    const { job } = await claimOf(idempotencyKey);
    await opened.queues.io.remove(job.id);
    const refused = submit({ idempotencyKey, payload: { url: 'http://other.test/' } });
    await expect(refused).rejects.toMatchObject({ code: 'idempotency-conflict', message: expect.stringContaining(job.id) });
    await expect(storedWith(idempotencyKey)).resolves.toEqual([]);
  });

  it('is remembered for a day', async () => {
    const idempotencyKey = randomUUID();
    await submit({ idempotencyKey });
    const [key] = await opened.redis.keys(`${opened.prefix}:idempotency:*`);
    expect(await opened.redis.ttl(String(key))).toBeGreaterThan(86_000);
  });
});

describe('a job that is kept for longer than its key', () => {
  it('is not made again, and another body stays a conflict that harms nobody', async () => {
    const idempotencyKey = randomUUID();
    const delayed = { idempotencyKey, options: { delay: 72 * 3_600_000 } };
    const first = await submit(delayed);
    const key = `${opened.prefix}:idempotency:${idempotencyDigest('acme', idempotencyKey).toString('base64url')}`;
    await waitFor(async () => (await opened.redis.get(key))?.includes('"stored":true'));
    await opened.redis.del(key); // its time is over
    await expect(submit({ idempotencyKey })).rejects.toMatchObject({
      code: 'idempotency-conflict',
      message: expect.stringContaining(first.job.id),
    });
    await expect(submit(delayed)).resolves.toEqual({ outcome: 'replayed', job: first.job });
    await expect(storedWith(idempotencyKey)).resolves.toEqual([first.job.id]);
  });
});

describe('JobClient.get', () => {
  it.each(['', 'wait', 'meta', 'events', 'id', '7', 'io_00000000000000000000000000', 'repeat:nightly:1795493073334'])(
    'finds no job %p',
    async (id) => {
      await submit();
      await expect(opened.jobs.get(id)).rejects.toMatchObject({ code: 'job-not-found' });
    },
  );
});

describe('a submission for a time to come', () => {
  it('is the same one when it is repeated later', async () => {
    const repeated = { idempotencyKey: randomUUID(), options: { runAt: Date.now() + 60_000 } };
    const first = await submit(repeated);
    expect(first.job.state).toBe('scheduled');
    await expect(submit(repeated)).resolves.toMatchObject({ outcome: 'replayed', job: { id: first.job.id } });
  });

  it('runs at once when the time has passed', async () => {
    await expect(submit({ options: { runAt: Date.now() - 60_000 } })).resolves.toMatchObject({ job: { state: 'waiting' } });
  });
});
