import { ProductBacklog } from '../backlog.js';
import { figure } from '../goal.js';
import { PAYLOAD } from '../job.js';
import { Stage } from '../stage.js';
import { startWorker } from '../workers.js';
import type { Lineup, Workload } from '../workload.js';

const JOBS = 40_000;
const JOB_S = 5;
const ACTIVE = 10_000;
const PROCESSES = 4;
const IDEAL_S = (JOBS * JOB_S) / ACTIVE;

/** Whether ten thousand jobs at once hold each other up. */
export const active: Workload = {
  name: 'active',
  title: `${ACTIVE.toLocaleString('en-US')} jobs active at once`,
  conditions: [
    `${JOBS.toLocaleString('en-US')} jobs of ${JOB_S} s that wait for a timer, in ${PROCESSES} processes of ${ACTIVE / PROCESSES} slots`,
    `ideal: ${IDEAL_S} s, if fetching and ending a job took no time; the clock runs from the queue's resumption to the last job's end`,
  ],
  metrics: [
    { key: 'times', title: '× ideal', digits: 2 },
    { key: 'seconds', title: 's', digits: 1 },
  ],
  goals: [{ title: '10,000 at once, time ÷ ideal', better: 'lower', must: 1.35, aim: 1.15, read: figure('times', 'workers') }],
  isLong: true,
  open,
};

async function open(): Promise<Lineup> {
  const stage = await Stage.open();
  const { stack, redis } = stage;
  const options = { slots: ACTIVE / PROCESSES, jobMs: JOB_S * 1_000 };
  await Promise.all(Array.from({ length: PROCESSES }, () => startWorker(stack, options)));
  const backlog = new ProductBacklog(stack, redis, stack.prefix, 'io', { name: 'http.request', payload: PAYLOAD });
  const run = async (signal: AbortSignal) => {
    await backlog.fill(JOBS);
    const seconds = await backlog.workOff(JOBS, signal);
    return { seconds, times: seconds / IDEAL_S };
  };
  const contenders = [{ name: 'workers', does: 'locks of all of them renewed meanwhile', run }];
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}
