import type { WorkerInfo } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import type { Election } from '../election/election.js';
import { FleetPublisher } from './fleet-publisher.js';

const NOW = 1_700_000_000_000;
let registry: Registry;
let election: { token: number | undefined };
let publisher: FleetPublisher;

beforeEach(() => {
  registry = new Registry();
  election = { token: 1 };
  const gauge = ({ name, help, labelNames }: (typeof METRICS)['queueWorkers' | 'queueSlots' | 'queueBusySlots' | 'queueHeartbeat']) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  const { queueWorkers, queueSlots, queueBusySlots, queueHeartbeat } = METRICS;
  publisher = new FleetPublisher(
    election as Election,
    gauge(queueWorkers),
    gauge(queueSlots),
    gauge(queueBusySlots),
    gauge(queueHeartbeat),
  );
});

const worker = (heartbeatAt: number, queues: WorkerInfo['queues']) => ({ heartbeatAt, queues }) as WorkerInfo;
const values = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('dts_'));

describe('FleetPublisher', () => {
  it('adds up what workers say of the queues they serve', async () => {
    const both = worker(NOW - 500, [
      { queue: 'io', slots: 10, busy: 4 },
      { queue: 'cpu', slots: 2, busy: 0 },
    ]);
    publisher.publish([both, worker(NOW - 2_500, [{ queue: 'io', slots: 5, busy: 5 }])], NOW);
    const told = await values();
    expect(told).toContain('dts_queue_workers{queue="io"} 2');
    expect(told).toContain('dts_queue_slots{queue="io"} 15');
    expect(told).toContain('dts_queue_busy_slots{queue="io"} 9');
    expect(told).toContain('dts_queue_oldest_heartbeat_seconds{queue="io"} 2.5');
    expect(told).toContain('dts_queue_oldest_heartbeat_seconds{queue="cpu"} 0.5');
  });

  it('tells a queue that nobody serves as that, which is not the same as one of which nothing is known', async () => {
    publisher.publish([], NOW);
    expect(await values()).toContain('dts_queue_workers{queue="io"} 0');
    expect((await values()).join()).not.toContain('heartbeat_seconds{');
    publisher.publish(new Error('no connection'), NOW);
    expect(await values()).toEqual([]);
  });

  it('leaves it to the scaler that leads', async () => {
    publisher.publish([worker(NOW, [{ queue: 'io', slots: 1, busy: 0 }])], NOW);
    election.token = undefined;
    publisher.publish([worker(NOW, [{ queue: 'io', slots: 1, busy: 0 }])], NOW);
    expect(await values()).toEqual([]);
  });
});
