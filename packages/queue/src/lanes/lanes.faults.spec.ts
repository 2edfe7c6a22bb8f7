import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addBulk } from '../bulk-add.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import { Play } from '../fixtures/play.js';
import { jobIdFor } from '../job-id.js';
import { toBullOptions } from '../job-options.js';
import type { StoredJob } from '../job-record.js';
import { acceptSubmission } from '../submission.js';
import { PARKED_MS } from './parked.js';
import { TenantLimitsStore } from './tenant-limits.js';

let opened: Opened;
let play: Play;

beforeEach(async () => {
  opened = await open();
  play = new Play(opened);
});
afterEach(async () => {
  await play[Symbol.asyncDispose]();
  opened[Symbol.dispose]();
});

const key = (type: string) => opened.queues.io.toKey(type);
const idOf = (job: StoredJob | undefined) => job?.id;

/** Submits as a gateway that goes on to its end. */
async function submit(orderingKey: string): Promise<string> {
  const { job } = await opened.jobs.submit(submission({ options: { orderingKey } }));
  await play.tick();
  return job.id;
}

describe('whoever dies', () => {
  const accepted = (orderingKey: string) => {
    const { definition, submission: given } = acceptSubmission(submission({ options: { orderingKey } }));
    const id = jobIdFor('io', 'acme');
    const opts = { ...toBullOptions(definition, id, 'acme', given.options), delay: PARKED_MS };
    return { id, job: { name: given.name, data: { payload: given.payload, tenant: 'acme' }, opts } };
  };

  it('a gateway after announcing a job holds up nobody, and its caller may come again', async () => {
    const { id, job } = accepted('k');
    await play.lanes.announce('io', [{ id, tenant: 'acme', orderingKey: 'k' }]);
    const next = await submit('k');
    const running = (await play.start()) as StoredJob;
    expect(running.id).toBe(next);
    await addBulk(opened.queues.io, [job]);
    await play.complete(running);
    await play.tick();
    expect(idOf(await play.start())).toBe(id);
  });

  it('a gateway after storing a job leaves it to the others', async () => {
    const { id, job } = accepted('k');
    await play.lanes.announce('io', [{ id, tenant: 'acme', orderingKey: 'k' }]);
    await addBulk(opened.queues.io, [job]);
    const started = await waitFor(async () => {
      await play.tick();
      return play.start();
    });
    expect(started.id).toBe(id);
  });

  it('whoever parked a job of which no lane knows leaves it to the others', async () => {
    const { id, job } = accepted('k');
    await addBulk(opened.queues.io, [job]);
    await play.tick();
    expect(idOf(await play.start())).toBe(id);
  });

  it('whoever lost the list of lanes leaves them to the others', async () => {
    const [, second] = [await submit('k'), await submit('k')];
    await play.complete((await play.start()) as StoredJob, true);
    await opened.redis.del(key('key-lanes'));
    await play.tick();
    await play.tick();
    expect(idOf(await play.start())).toBe(second);
  });

  it('a clock that goes back holds up nobody', async () => {
    const [, second] = [await submit('k'), await submit('k')];
    await play.complete((await play.start()) as StoredJob, true);
    await opened.redis.zincrby(key('key-lanes'), 3_600_000, 'k:acme:k');
    await play.tick();
    expect(idOf(await play.start())).toBe(second);
  });

  it('a worker after the end of a job holds up the next one for a moment only', async () => {
    const [, second] = [await submit('k'), await submit('k')];
    await play.complete((await play.start()) as StoredJob, true);
    expect(await play.start()).toBeUndefined();
    await opened.redis.zadd(key('key-lanes'), 0, 'k:acme:k'); // the moment is over
    await play.tick();
    expect(idOf(await play.start())).toBe(second);
  });

  it('or what is sent back to wait for its children, which may come behind it in its lane, holds up the others for a moment only', async () => {
    const [, second] = [await submit('k'), await submit('k')];
    const parent = (await play.start()) as StoredJob;
    await opened.redis.sadd(`${key(parent.id ?? '')}:dependencies`, key(second));
    await parent.moveToWaitingChildren('token');
    await opened.redis.zadd(key('key-lanes'), 0, 'k:acme:k'); // the moment is over
    await play.tick();
    expect(idOf(await play.start())).toBe(second);
  });

  it('a worker in a job has it run again, before the next', async () => {
    const [first] = [await submit('k'), await submit('k')];
    await play.stall((await play.start()) as StoredJob);
    expect([idOf(await play.start()), await play.start()]).toEqual([first, undefined]);
  });

  it('a worker before it tells that a parent waits for its children keeps no place of its tenant', async () => {
    await new TenantLimitsStore(opened.redis, opened.prefix).put('acme', { weight: 1, concurrency: { io: 1 }, rate: null });
    const [parent, child] = [await submit('a'), await submit('b')];
    expect([idOf(await play.start()), await play.start()]).toEqual([parent, undefined]);
    await opened.redis.lrem(key('active'), 1, parent);
    await opened.redis.zadd(key('waiting-children'), 0, parent);
    await opened.redis.zadd(key('tenant-lanes'), 0, 't:acme'); // the moment is over
    await play.tick();
    expect(idOf(await play.start())).toBe(child);
  });
});
