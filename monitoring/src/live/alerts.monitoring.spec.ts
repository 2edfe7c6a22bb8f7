import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AlertmanagerServer } from './alertmanager-server.js';
import { Inbox } from './inbox.js';
import { LiveStack } from './live-stack.js';
import { PrometheusServer } from './prometheus-server.js';

/** Milliseconds: what takes seconds here may take longer on a machine that others use, too. */
const PATIENCE = { timeoutMs: 90_000 };

describe('alerts of a real stack under load, by the rules of production in less time', () => {
  let live: LiveStack;
  let inbox: Inbox;
  let alertmanager: AlertmanagerServer;
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    live = await LiveStack.start();
    inbox = await Inbox.open();
    alertmanager = await AlertmanagerServer.start(inbox.url);
    prometheus = await PrometheusServer.start(live.targets, alertmanager.port);
    live.load.is({ good: 10 });
    await waitFor(async () => (await prometheus.query('sum(rate(dts_jobs_ended_total{state="completed"}[5s])) > 5')).length > 0, PATIENCE);
  }, 120_000);

  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await live?.stop();
    await inbox?.close();
  }, 60_000);

  /** But for what looks at days, which are a quarter of an hour here: once jobs were late, that stays for as long as it should. */
  const loud = async () => (await prometheus.firing()).filter((alert) => alert !== 'DtsPickUpBurnsSlowly');
  const untilQuiet = async () => {
    let last: string[] = [];
    const isQuiet = async () => {
      last = await loud();
      return last.length === 0;
    };
    await waitFor(isQuiet, PATIENCE).catch(() => {
      throw new Error(`these do not stop firing: ${last.join(', ')}`);
    });
  };

  it('stay quiet while all is well', async () => {
    await untilQuiet();
    const at = Date.now();
    await waitFor(() => Date.now() - at > 5_000, PATIENCE);
    expect(await prometheus.query('sum(up{job=~"dts-.+"})')).toMatchObject([{ value: [expect.any(Number), '3'] }]);
    expect(await prometheus.firing()).toEqual([]);
  }, 120_000);

  it('tell that Redis keeps less than was promised, and that it does again', async () => {
    await untilQuiet();
    await live.stack.redis.call('CONFIG', 'SET', 'appendfsync', 'everysec');
    const { labels, annotations } = await inbox.until('firing', 'DtsPersistenceWeak');
    expect([labels.severity, annotations.runbook_url]).toEqual(['critical', 'monitoring/runbooks/DtsPersistenceWeak.md']);
    await live.stack.redis.call('CONFIG', 'SET', 'appendfsync', 'always');
    await inbox.until('resolved', 'DtsPersistenceWeak');
  }, 200_000);

  it('tell that workers were killed, what that does to jobs, and that it is over', async () => {
    await untilQuiet();
    await live.load.submit('slow', 10);
    await waitFor(() => live.load.waiting >= 10, PATIENCE);
    await live.killWorker();
    await inbox.until('firing', 'DtsTargetDown', { job: 'dts-worker' });
    await inbox.until('firing', 'DtsNoWorkers', { queue: 'io' });
    await waitFor(async () => (await prometheus.query('dts_queue_oldest_waiting_seconds{queue="io"} > 15')).length > 0, PATIENCE);
    await live.startWorker();
    await inbox.until('resolved', 'DtsTargetDown', { job: 'dts-worker' });
    await inbox.until('resolved', 'DtsNoWorkers', { queue: 'io' });
    live.load.answer();
    await inbox.until('firing', 'DtsJobsStall', { queue: 'io' });
    await inbox.until('firing', 'DtsPickUpBurnsFast', { queue: 'io' });
    await inbox.until('resolved', 'DtsJobsStall', { queue: 'io' });
  }, 400_000);

  it('tell that jobs fail and die, and that they do not any more', async () => {
    live.load.is({ good: 10, bad: 10 });
    await inbox.until('firing', 'DtsDeadLettersGrow', { queue: 'io' });
    await inbox.until('firing', 'DtsAttemptsFail', { job_name: 'http.request' });
    live.load.is({ good: 10 });
    await inbox.until('resolved', 'DtsAttemptsFail', { job_name: 'http.request' });
    await inbox.until('resolved', 'DtsDeadLettersGrow', { queue: 'io' });
    await inbox.until('resolved', 'DtsPickUpBurnsFast', { queue: 'io' }); // of the workers that were away, after the longest window
  }, 200_000);

  it('tell that a job crashes its workers, until it does not any more', async () => {
    await untilQuiet();
    await live.poison();
    await inbox.until('firing', 'DtsPoisonJobs', { queue: 'io', job_name: 'http.request' });
    await inbox.until('resolved', 'DtsPoisonJobs', { queue: 'io', job_name: 'http.request' });
  }, 300_000);

  it('tell that Redis is gone, and nothing of what follows from that', async () => {
    await untilQuiet();
    await live.stack.redis.kill();
    await inbox.until('firing', 'DtsRedisAway');
    await waitFor(async () => (await prometheus.firing()).includes('DtsScalerGone'), PATIENCE);
    const told = inbox.notices.map(({ labels: { alertname } }) => alertname);
    expect(told).not.toContain('DtsScalerGone');
    await live.stack.redis.restart();
    await inbox.until('resolved', 'DtsRedisAway');
    await untilQuiet();
    expect((await prometheus.query('sum(increase(dts_jobs_ended_total{state="completed"}[10s])) > 0')).length).toBe(1);
  }, 300_000);
});
