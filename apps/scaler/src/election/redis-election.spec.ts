import { connectProducer, type RedisClient } from '@dts/queue';
import { createLogger } from '@dts/runtime';
import { createSignal, type RedisServer, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisElection } from './redis-election.js';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const ignore = () => undefined;
/** A term, and some. */
const FAILOVER = { timeoutMs: 20_000 };

describe('RedisElection', () => {
  let server: RedisServer;
  let prefix: string;
  let clients: RedisClient[];
  let elections: RedisElection[];

  beforeEach(async () => {
    server = await startRedis();
    prefix = testPrefix();
    clients = [];
    elections = [];
  });
  afterEach(async () => {
    await Promise.all(elections.map((election) => election.stop()));
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  const stand = async (id: string, onTerm: () => void = ignore) => {
    const redis = connectProducer(server.url, ignore);
    clients.push(redis);
    await waitFor(() => redis.status === 'ready');
    const election = new RedisElection(id, redis, prefix, logger);
    elections.push(election);
    election.start(onTerm);
    return election;
  };

  it('has one leader, whom all know', async () => {
    const began = createSignal('a term');
    const first = await stand('first', began.set);
    await began.wait();
    expect(first.token).toEqual(expect.any(Number));
    const second = await stand('second');
    await waitFor(() => second.leader === 'first');
    expect([second.token, first.leader]).toEqual([undefined, 'first']);
  });

  it('goes to the next one at once when its leader gives up, with a higher token', async () => {
    const first = await stand('first');
    const token = await waitFor(() => first.token);
    const second = await stand('second');
    await first.stop();
    expect(first.token).toBeUndefined();
    expect(await waitFor(() => second.token)).toBeGreaterThan(token);
  });

  it('goes to the next one when its leader has died, and the dead one does not lead any more by its own clock', async () => {
    const first = await stand('first');
    const token = await waitFor(() => first.token);
    clients[0]?.disconnect(); // it cannot renew its term
    const second = await stand('second');
    await waitFor(() => first.token === undefined, FAILOVER);
    expect(await waitFor(() => second.token, FAILOVER)).toBeGreaterThan(token);
  }, 60_000);

  it('gives higher tokens although Redis has lost its data', async () => {
    const both = [await stand('first'), await stand('second')];
    const tokens = () => both.flatMap(({ token }) => token ?? []);
    const [before = 0] = await waitFor(() => tokens().length === 1 && tokens());
    await server.call('FLUSHALL');
    // The old leader renews what is gone, or the other one takes it: either begins a term.
    await waitFor(() => tokens().length === 1 && Number(tokens()[0]) > before, FAILOVER);
  }, 60_000);
});
