import { dashboard, type Row } from './frame/frame.js';
import { lines, number } from './frame/panels.js';
import { orZero } from './frame/query.js';

const QUEUE = '{queue=~"$queue"}';
/** What Node tells of a process, for those that are workers. */
const ofWorkers = (expr: string) => `${expr} * on (instance) group_left () max by (instance) (dts_build_info{app="worker"})`;

/** Those who do the work: how many, how busy, how well. */
export const workers = () =>
  dashboard({
    uid: 'dts-workers',
    title: 'Workers',
    description: 'How many workers there are, how busy they are, and whether they are well.',
    choices: [{ name: 'queue', label: 'Queue', metric: 'dts_queue_workers' }],
    rows: [together(), single(), processes()],
  });

const together = (): Row => ({
  title: 'All together',
  panels: [
    lines({
      title: 'Workers',
      description: 'That serve a queue, by their own account.',
      queries: [[`dts_queue_workers${QUEUE}`, '{{queue}}']],
      alerts: ['DtsNoWorkers', 'DtsWorkersMissing'],
    }),
    lines({
      title: 'Slots',
      description: 'Jobs that they can run at once, and that they do.',
      queries: [
        [`dts_queue_slots${QUEUE}`, '{{queue}} slots'],
        [`dts_queue_busy_slots${QUEUE}`, '{{queue}} busy'],
      ],
    }),
    lines({
      title: 'Slots in use',
      description: 'At 1 jobs wait for one another.',
      unit: 'percentunit',
      max: 1,
      queries: [[`dts_queue_busy_slots${QUEUE} / (dts_queue_slots${QUEUE} > 0)`, '{{queue}}']],
    }),
  ],
});

const single = (): Row => ({
  title: 'Each of them',
  panels: [
    lines({
      title: 'Jobs that run',
      description: 'By worker and queue.',
      queries: [[`dts_worker_busy_slots${QUEUE}`, '{{instance}} {{queue}}']],
    }),
    lines({
      title: 'Slots that are free',
      description: 'By worker and queue.',
      queries: [[`dts_worker_slots${QUEUE} - dts_worker_busy_slots${QUEUE}`, '{{instance}} {{queue}}']],
    }),
    lines({
      title: 'Attempts',
      description: 'Ended, by worker.',
      unit: 'ops',
      queries: [[`sum by (instance) (rate(dts_attempts_total${QUEUE}[$__rate_interval]))`, '{{instance}}']],
    }),
    lines({
      title: 'Since the last heartbeat',
      description: 'A worker says every second that it is there. After 30 seconds it counts as gone.',
      unit: 's',
      queries: [['time() - dts_worker_last_heartbeat_timestamp_seconds', '{{instance}}']],
      alerts: ['DtsWorkerSilent'],
    }),
    lines({
      title: 'Least lately heard of',
      description: 'By queue, from the registry in Redis: that of a worker which was killed goes on growing until it is forgotten.',
      unit: 's',
      queries: [[`dts_queue_oldest_heartbeat_seconds${QUEUE}`, '{{queue}}']],
    }),
    number({
      title: 'Draining',
      description: 'Workers that fetch nothing more, because they are to be taken away.',
      width: 8,
      queries: [['sum(dts_worker_draining)', 'workers']],
    }),
  ],
});

const processes = (): Row => ({
  title: 'Their processes',
  panels: [
    lines({
      title: 'Processor',
      description: 'Cores in use. An `io` worker at 1 is at its end: add workers, not slots.',
      queries: [[ofWorkers('rate(process_cpu_seconds_total[$__rate_interval])'), '{{instance}}']],
    }),
    lines({
      title: 'Memory',
      description: 'Resident, with that of threads.',
      unit: 'bytes',
      queries: [[ofWorkers('process_resident_memory_bytes'), '{{instance}}']],
    }),
    lines(
      {
        title: 'Event loop lag',
        description: 'p99. A loop that is held up cannot renew locks: work that computes belongs on the queue cpu.',
        unit: 's',
        queries: [[ofWorkers('nodejs_eventloop_lag_p99_seconds'), '{{instance}}']],
      },
      { log: true },
    ),
    lines({
      title: 'Garbage collection',
      description: 'The part of time that it takes.',
      unit: 'percentunit',
      queries: [[ofWorkers('sum by (instance) (rate(nodejs_gc_duration_seconds_sum[$__rate_interval]))'), '{{instance}}']],
    }),
    lines({
      title: 'Crashes of handlers',
      description: 'Threads and processes that ended under the handler which they ran.',
      unit: 'ops',
      queries: [[orZero('sum by (place) (rate(dts_handler_crashes_total[$__rate_interval]))'), '{{place}}']],
      alerts: ['DtsHandlersCrash'],
    }),
    lines({
      title: 'Consumers that were started anew',
      description: 'Because jobs waited, slots were free and nothing was fetched.',
      unit: 'ops',
      queries: [[orZero(`sum by (queue) (rate(dts_worker_consumer_restarts_total${QUEUE}[$__rate_interval]))`), '{{queue}}']],
      alerts: ['DtsConsumersRestart'],
    }),
  ],
});
