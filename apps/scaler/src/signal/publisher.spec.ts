import { METRICS } from '@dts/runtime';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Counter, Gauge, Registry } from 'prom-client';
import { reading } from '../fixtures/snapshot.js';
import { SignalPublisher } from './publisher.js';
import { missed, observed } from './signal.js';

/** Leads while it has a token. */
const election: { token: number | undefined; leader: undefined; start(): void; stop(): Promise<void> } = {
  token: 1,
  leader: undefined,
  start() {},
  async stop() {},
};
let registry: Registry;
let publisher: SignalPublisher;

beforeEach(() => {
  election.token = 1;
  registry = new Registry();
  const gauge = ({ name, help, labelNames }: (typeof METRICS)['queueJobs' | 'paused' | 'oldestWaiting' | 'delayedDue' | 'arrivalRate']) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  const { name, help, labelNames } = METRICS.signalFailures;
  const failures = new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
  const { queueJobs, oldestWaiting, delayedDue, paused, arrivalRate } = METRICS;
  publisher = new SignalPublisher(
    election,
    gauge(queueJobs),
    gauge(oldestWaiting),
    gauge(delayedDue),
    gauge(paused),
    gauge(arrivalRate),
    failures,
  );
});

/** Lines of the exposition that carry a value. */
const values = async () => (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

const FULL = {
  waiting: 4,
  parked: 6,
  active: 3,
  delayed: 2,
  waitingChildren: 1,
  completed: 9,
  dead: 5,
  cancelled: 7,
  expired: 8,
  delayedDue: 1,
  oldestWaitingMs: 2_500,
  paused: true,
};
const full = reading(FULL);
const AT = full.snapshot.at;

describe('SignalPublisher', () => {
  it('publishes what is known, in base units', async () => {
    const first = observed(undefined, full);
    publisher.publish(observed(first, reading({ ...FULL, at: AT + 10_000, waiting: 24 })));
    expect((await values()).sort()).toEqual(
      [
        'dts_queue_jobs{queue="io",state="waiting"} 24',
        'dts_queue_jobs{queue="io",state="parked"} 6',
        'dts_queue_jobs{queue="io",state="active"} 3',
        'dts_queue_jobs{queue="io",state="delayed"} 2',
        'dts_queue_jobs{queue="io",state="waiting-children"} 1',
        'dts_queue_jobs{queue="io",state="completed"} 9',
        'dts_queue_jobs{queue="io",state="dead"} 5',
        'dts_queue_jobs{queue="io",state="cancelled"} 7',
        'dts_queue_jobs{queue="io",state="expired"} 8',
        'dts_queue_oldest_waiting_seconds{queue="io"} 2.5',
        'dts_queue_delayed_due_jobs{queue="io"} 1',
        'dts_queue_paused{queue="io"} 1',
        'dts_queue_arrivals_per_second{queue="io"} 2',
      ].sort(),
    );
  });

  it('publishes no rate before there is one', async () => {
    publisher.publish(observed(undefined, full));
    expect((await values()).join()).not.toContain('arrivals_per_second');
  });

  it('publishes nothing but the failure of what is not known', async () => {
    publisher.publish(missed(undefined, 'io', 'no connection'));
    await expect(values()).resolves.toEqual(['dts_scaler_signal_failures_total{queue="io"} 1']);
  });

  it('takes out what is not known any more, of that queue only', async () => {
    const known = observed(undefined, full);
    publisher.publish(observed(known, reading({ ...FULL, at: AT + 1_000 })));
    publisher.publish(observed(undefined, reading({ queue: 'cpu' })));
    publisher.publish(missed(known, 'io', 'no connection'));
    const left = await values();
    expect(left.filter((line) => line.includes('queue="io"'))).toEqual(['dts_scaler_signal_failures_total{queue="io"} 1']);
    expect(left.filter((line) => line.includes('queue="cpu"'))).toHaveLength(12);
  });

  it('leaves it to the scaler that leads to publish', async () => {
    publisher.publish(observed(undefined, full));
    election.token = undefined;
    publisher.publish(observed(undefined, full));
    await expect(values()).resolves.toEqual([]);
    publisher.publish(missed(undefined, 'io', 'no connection'));
    await expect(values()).resolves.toEqual(['dts_scaler_signal_failures_total{queue="io"} 1']);
  });

  it('has them back with the next reading, without the rate of before', async () => {
    const known = observed(observed(undefined, full), reading({ ...FULL, at: AT + 1_000 }));
    publisher.publish(known);
    const gap = missed(known, 'io', 'no connection');
    publisher.publish(gap);
    publisher.publish(observed(gap, full));
    const lines = await values();
    expect(lines).toContain('dts_queue_jobs{queue="io",state="waiting"} 4');
    expect(lines.join()).not.toContain('arrivals_per_second');
  });
});
