import { createSignal, type Signal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeAttempt } from '../attempt.js';
import { connectWorker, type RedisClient } from '../connection.js';
import { type Opened, open, submission, work } from '../fixtures/open.js';
import { JobLogs } from '../job-logs.js';
import type { StoredJob } from '../job-record.js';
import { JobWatcher } from '../job-watcher.js';
import type { Notice } from './following.js';
import { JobFollower } from './job-follower.js';
import type { Told } from './told.js';

let opened: Opened;
let patient: RedisClient;
let watcher: JobWatcher;
let follower: JobFollower;
let logs: JobLogs;

beforeEach(async () => {
  opened = await open();
  patient = connectWorker(opened.url, () => {});
  watcher = new JobWatcher(opened.jobs, patient, opened.prefix, () => {});
  follower = new JobFollower(opened.queues, opened.jobs, opened.redis, watcher);
  logs = new JobLogs(opened.redis);
});
afterEach(async () => {
  await watcher.close();
  patient.disconnect();
  opened[Symbol.dispose]();
});

const submit = async (attempts = 1) => (await opened.jobs.submit(submission({ options: { attempts } }))).job.id;
const keyOf = (id: string) => opened.queues.io.toKey(id);

/** An event in few words. */
function wordsFor({ event }: Notice): string {
  if (event.kind === 'log') return `${event.line}: ${event.text}`;
  return event.kind === 'progress' ? `progress ${JSON.stringify(event.progress)}` : `${event.state} after ${event.attemptsMade}`;
}

/** A follower that is let go on step by step. */
class Follow {
  readonly words: string[] = [];
  told: Told | undefined;
  readonly ended: Promise<void>;
  private readonly leaving = new AbortController();

  constructor(id: string, from?: Told) {
    this.ended = this.run(follower.follow(id, from, this.leaving.signal));
  }

  /** Until it has told these words. */
  until(words: string): Promise<unknown> {
    return waitFor(() => this.words.includes(words), { timeoutMs: 15_000, describe: `"${words}" among ${JSON.stringify(this.words)}` });
  }

  async leave(): Promise<Told | undefined> {
    this.leaving.abort();
    await this.ended;
    return this.told;
  }

  private async run(notices: AsyncIterable<Notice | undefined>): Promise<void> {
    for await (const notice of notices) {
      if (!notice) continue;
      this.words.push(wordsFor(notice));
      this.told = notice.told;
    }
  }
}

/** Fails as the executor does. */
function failure(job: StoredJob): Error {
  const error = { code: 'busy', message: 'later' };
  const startedAt = job.processedOn ?? 0;
  const stack = encodeAttempt({ number: job.attemptsMade + 1, startedAt, finishedAt: startedAt + 1, worker: 'w', error, retryInMs: 1 });
  return Object.assign(new Error(error.message), { stack });
}

describe('JobFollower', () => {
  it('tells how a job is, then what becomes of it, to its end', async () => {
    const id = await submit();
    const follow = new Follow(id);
    await follow.until('waiting after 0');
    const steps: Signal<void>[] = ['start', 'end'].map((name) => createSignal(name));
    await using _worker = work(opened, async (job) => {
      await steps[0]?.wait(30_000);
      await logs.append(keyOf(id), 'one');
      await logs.append(keyOf(id), 'two');
      await job.updateProgress({ done: 7 });
      await steps[1]?.wait(30_000);
      await logs.append(keyOf(id), 'three');
      return 'done';
    });
    await follow.until('active after 0');
    steps[0]?.set();
    await follow.until('progress {"done":7}');
    await follow.until('1: two');
    steps[1]?.set();
    await follow.ended;
    expect(follow.words.filter((words) => !words.startsWith('progress'))).toEqual([
      'waiting after 0',
      'active after 0',
      '0: one',
      '1: two',
      '2: three',
      'completed after 1',
    ]);
  });

  it('goes on where another one stopped, and leaves nothing out', async () => {
    const id = await submit(2);
    const first = new Follow(id);
    await first.until('waiting after 0');
    const told = await first.leave();
    await using _worker = work(
      opened,
      async (job) => {
        await logs.append(keyOf(id), `attempt ${job.attemptsMade + 1}`);
        if (job.attemptsMade === 0) throw failure(job);
      },
      { settings: { backoffStrategy: () => 1 } },
    );
    await waitFor(async () => (await opened.jobs.get(id)).state === 'completed');
    const second = new Follow(id, told);
    await second.ended;
    expect(second.words).toEqual([
      'active after 0',
      'scheduled after 1',
      'active after 1',
      '0: attempt 1',
      '1: attempt 2',
      'completed after 2',
    ]);
  });

  it('says how a job ended that has, also to whom it was said before, and ends', async () => {
    const id = await submit();
    await opened.jobs.cancel(id);
    const first = new Follow(id);
    await first.ended;
    const second = new Follow(id, first.told);
    await second.ended;
    expect([first.words, second.words]).toEqual([['cancelled after 0'], ['cancelled after 0']]);
  });

  it('notices what no event tells', async () => {
    const id = await submit();
    const follow = new Follow(id);
    await follow.until('waiting after 0');
    // An end without an event, as when a burst has pushed it out of the stream.
    await opened.redis.hset(keyOf(id), { returnvalue: '1', finishedOn: Date.now() });
    await opened.redis.xtrim(keyOf('events'), 'MAXLEN', 0);
    await waitFor(() => follow.words.includes('completed after 0'), { timeoutMs: 15_000 });
    await follow.ended;
  });

  it('tells a long log in full, before the end', async () => {
    const id = await submit();
    const follow = new Follow(id);
    await follow.until('waiting after 0');
    await using _worker = work(opened, async () => {
      await Promise.all(Array.from({ length: 350 }, (_, line) => logs.append(keyOf(id), `line ${line}`)));
    });
    await follow.ended;
    expect(follow.words.filter((words) => /^\d/.test(words))).toHaveLength(350);
    expect(follow.words.at(-1)).toBe('completed after 1');
  });

  it('lasts through an outage of Redis', async () => {
    const id = await submit();
    const follow = new Follow(id);
    await follow.until('waiting after 0');
    opened.redis.disconnect();
    await waitFor(() => opened.redis.status === 'end');
    await expect(opened.jobs.get(id)).rejects.toMatchObject({ code: 'unavailable' });
    await opened.redis.connect();
    await opened.jobs.cancel(id);
    await follow.ended;
    expect(follow.words).toEqual(['waiting after 0', 'cancelled after 0']);
  }, 20_000);

  it('ends when the job is gone', async () => {
    const id = await submit();
    const follow = new Follow(id);
    await follow.until('waiting after 0');
    await opened.queues.io.remove(id);
    await follow.ended;
    expect(follow.words).toEqual(['waiting after 0']);
  });

  it('ends at once when nobody listens any more, and not at its next look', async () => {
    const follow = new Follow(await submit());
    await follow.until('waiting after 0');
    const before = performance.now();
    await follow.leave();
    expect(performance.now() - before).toBeLessThan(4_500);
  });

  it('shares one event stream of a queue among all that follow its jobs', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => submit()));
    const follows = ids.map((id) => new Follow(id));
    await Promise.all(follows.map((follow) => follow.until('waiting after 0')));
    const readers = async () =>
      String(await opened.redis.call('CLIENT', 'LIST'))
        .split('\n')
        .filter((line) => line.includes(`name=${opened.prefix}:`) && line.includes('cmd=xread'));
    await waitFor(async () => (await readers()).length === 1);
    await Promise.all(ids.map((id) => opened.jobs.cancel(id)));
    await Promise.all(follows.map((follow) => follow.ended));
    await expect(readers()).resolves.toHaveLength(1);
  });
});
