import { type SentinelGroup, startSentinel, testPrefix } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectProducer, connectWorker, isAnswering } from './connection.js';
import { open } from './fixtures/open.js';
import { Bench, submitThroughOutage, writesAfterLostConnection } from './fixtures/outage.js';

let group: SentinelGroup;

describe('through Sentinel', () => {
  beforeEach(async () => {
    group = await startSentinel();
  });
  afterEach(() => group.stop());

  it('submissions and workers go on by themselves when the master is killed, and a job that ended meanwhile ran once', async () => {
    await using bench = new Bench(group.url, testPrefix());
    await bench.opened.ready();
    await bench.untilCompleted(await bench.submit());
    const held = await bench.startJob();
    const master = await group.master();
    await master.call('WAIT', 2, 5_000);
    await master.kill();
    held.end();
    await bench.untilCompleted(await submitThroughOutage(bench.opened));
    await group.untilPromoted(master);
    await bench.untilCompleted(held.id);
    expect(bench.runs.get(held.id)).toBe(1);
  });

  it('a master that hangs is left for the new one', async () => {
    using opened = await open(group.url);
    const master = await group.master();
    master.pause();
    await submitThroughOutage(opened);
    await group.untilPromoted(master);
  });

  it('an operator can move the master without losing more than moments', async () => {
    await using bench = new Bench(group.url, testPrefix());
    await bench.opened.ready();
    await group.failover();
    await bench.untilCompleted(await submitThroughOutage(bench.opened));
  }, 90_000);

  it('one sentinel of three may hang', async () => {
    group.sentinels[0]?.pause();
    using opened = await open(group.url);
    await expect(isAnswering(opened.redis, opened.prefix)).resolves.toBe(true);
    group.sentinels[0]?.resume();
  });

  it('a write whose connection was lost is repeated by workers, never by gateways', async () => {
    const master = await group.master();
    await expect(writesAfterLostConnection(connectProducer, group.url, master)).resolves.toEqual({ outcome: 'failed', writes: 0 });
    await expect(writesAfterLostConnection(connectWorker, group.url, master)).resolves.toEqual({ outcome: 'done', writes: 1 });
  });
});

describe('a Sentinel URL', () => {
  afterEach(() => group.stop());

  it('carries the login of the data and, apart from it, that of the sentinels', async () => {
    group = await startSentinel({ replicas: 1, config: { requirepass: 'da:ta' }, sentinelPassword: 'w&tch' });
    const [address] = group.url.split('//').slice(1);
    using opened = await open(`redis+sentinel://:da%3Ata@${address}?sentinelPassword=w%26tch`);
    await expect(isAnswering(opened.redis, opened.prefix)).resolves.toBe(true);
  });
});
