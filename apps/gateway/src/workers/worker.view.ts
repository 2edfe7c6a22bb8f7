import type { WorkerInfo } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf } from '../http/pages.js';

const count = z.int().min(0);

const EXAMPLE = {
  id: 'worker-7f9c:1:7aa3d5',
  host: 'worker-7f9c',
  pid: 1,
  version: '0.1.0',
  queues: [{ name: 'io', slots: 500, busy: 249 }],
  slots: 500,
  busy: 249,
  eventLoopDelayMs: 24,
  memoryBytes: 207_425_536,
  startedAt: '2026-11-25T05:04:20.654Z',
  heartbeatAt: '2026-11-25T05:04:24.739Z',
  draining: false,
};

/** A worker process as the API tells it. */
export const workerView = component(
  'Worker',
  z
    .object({
      id: z.string().meta({ description: 'Of this process and no other; the attempts of its jobs name it' }),
      host: z.string(),
      pid: z.int(),
      version: z.string(),
      queues: z.array(z.object({ name: z.string(), slots: count, busy: count })),
      slots: count.meta({ description: 'Jobs that it can run at once' }),
      busy: count.meta({ description: 'Jobs that it runs' }),
      eventLoopDelayMs: z.number().meta({ description: 'The longest that its event loop was held up between two heartbeats' }),
      memoryBytes: z.number().meta({ description: 'Resident memory' }),
      startedAt: z.iso.datetime(),
      heartbeatAt: z.iso.datetime(),
      draining: z.boolean().meta({ description: 'It finishes what it has and takes nothing new' }),
    })
    .meta({ examples: [EXAMPLE] }),
);

export const workerList = pageOf('WorkerList', workerView);

export function toWorkerView({ startedAt, heartbeatAt, queues, ...worker }: WorkerInfo): z.output<typeof workerView> {
  const { id, host, pid, version, drained: _drained, ...state } = worker;
  return {
    id,
    host,
    pid,
    version,
    queues: queues.map(({ queue, slots, busy }) => ({ name: queue, slots, busy })),
    slots: queues.reduce((sum, { slots }) => sum + slots, 0),
    busy: queues.reduce((sum, { busy }) => sum + busy, 0),
    ...state,
    startedAt: new Date(startedAt).toISOString(),
    heartbeatAt: new Date(heartbeatAt).toISOString(),
  };
}
