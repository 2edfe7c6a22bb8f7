import { createSignal, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ArrivalBell } from './arrival-bell.js';
import { connectWorker, type RedisClient } from './connection.js';
import { type Opened, open, submission } from './fixtures/open.js';

const ignore = () => undefined;

describe('ArrivalBell', () => {
  let opened: Opened;
  let listener: RedisClient;
  let bell: ArrivalBell;
  let heard: string[];

  beforeEach(async () => {
    opened = await open();
    listener = connectWorker(testRedisUrl(), ignore);
    bell = new ArrivalBell(opened.redis, opened.prefix);
    heard = [];
    bell.listen(listener, (queue) => heard.push(queue));
    await waitFor(async () => (await opened.redis.pubsub('NUMSUB', `${opened.prefix}:arrivals`))[1] === 1);
  });

  afterEach(() => {
    listener.disconnect();
    opened[Symbol.dispose]();
  });

  it('rings for every queue at once, and for all that comes soon after once more', async () => {
    for (let time = 0; time < 1_000; time++) bell.ring('io');
    bell.ring('cpu');
    await waitFor(() => heard.length === 3);
    expect(heard.toSorted()).toEqual(['cpu', 'io', 'io']);
    const last = createSignal('a ring after the last');
    bell.listen(listener, () => last.set());
    await waitFor(() => {
      bell.ring('rate-limited'); // whatever io had left to say came before this
      return last.isSet;
    });
    expect(heard.filter((queue) => queue === 'io')).toHaveLength(2);
  });

  it('is rung by a submission', async () => {
    await opened.jobs.submit(submission());
    await waitFor(() => heard.includes('io'));
  });
});
