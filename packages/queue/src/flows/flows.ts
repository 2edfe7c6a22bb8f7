import { setTimeout as delay } from 'node:timers/promises';
import type { Admission } from '../admission.js';
import { Cancellations } from '../cancellations.js';
import type { RedisClient } from '../connection.js';
import { QueueError } from '../errors.js';
import { FINAL_STATES } from '../job-record.js';
import { flowNotFound } from '../not-found.js';
import type { Place } from '../ordered-set.js';
import type { Queues } from '../queues.js';
import { toUnavailable, toUnreadable } from '../redis-failure.js';
import type { Replication } from '../replication.js';
import type { QueueCounters } from '../statistics/queue-counters.js';
import type { Flow, FlowJob, FlowSubmission, SubmittedFlow } from './flow.js';
import { type FlowFilter, FlowLister, type FlowPage } from './flow-lister.js';
import { FlowReader } from './flow-reader.js';
import { FlowSubmitter } from './flow-submitter.js';
import { readFlow } from './flow-tree.js';
import { nodesOf } from './nodes-of.js';

/** How often, and how many milliseconds apart, a cancelled flow is looked at before its caller is told how it stands. */
const SETTLE_LOOKS = 10;
const SETTLE_LOOK_MS = 50;

/** Submits, reads and cancels flows: trees of jobs, of which each runs when its children have ended. */
export class Flows {
  private readonly submitter: FlowSubmitter;
  private readonly reader: FlowReader;
  private readonly lister: FlowLister;
  private readonly cancellations: Cancellations;

  constructor(
    private readonly queues: Queues,
    redis: RedisClient,
    prefix: string,
    admission: Admission,
    private readonly replication?: Replication,
    private readonly counters?: QueueCounters,
  ) {
    this.submitter = new FlowSubmitter(queues, redis, prefix, admission, replication);
    this.reader = new FlowReader(queues, redis);
    this.lister = new FlowLister(queues, redis, prefix);
    this.cancellations = new Cancellations(redis, prefix);
  }

  /**
   * All of it or nothing, and as durable as one job: see JobClient.
   * @throws QueueError `invalid-flow` with all that is wrong, `idempotency-conflict`, `backlog-full`, `memory-full`,
   * `unavailable`, `outcome-unknown` (both with the id of the flow; repeating with the same key is safe)
   */
  async submit(submission: FlowSubmission): Promise<SubmittedFlow> {
    const submitted = await this.submitter.submit(submission);
    if (submitted.outcome === 'created') for (const { queue } of jobsOf(submitted.flow)) this.counters?.arrived(queue);
    return submitted;
  }

  /** @throws QueueError `flow-not-found`, `unavailable` */
  async get(id: string): Promise<Flow> {
    const flow = await readFlow(this.reader, id).catch((error) => {
      throw toUnreadable(error);
    });
    if (!flow) throw flowNotFound(id);
    return flow;
  }

  /** The newest first. @throws QueueError `unavailable` */
  async list(filter: FlowFilter, limit: number, after?: Place): Promise<FlowPage> {
    try {
      return await this.lister.list(filter, limit, after);
    } catch (error) {
      throw toUnreadable(error);
    }
  }

  /**
   * Cancels every job of the flow that has not ended, in one step: none of them starts any more, whatever becomes of its
   * children. Cancelling twice is fine.
   * @throws QueueError `flow-not-found`, `already-finished`, `unavailable`, `outcome-unknown`
   */
  async cancel(id: string): Promise<Flow> {
    const flow = await this.get(id);
    const unfinished = unfinishedOf(flow);
    if (unfinished.length === 0 && flow.state !== 'cancelled') {
      throw new QueueError('already-finished', `The flow has finished already: it is ${flow.state}.`);
    }
    try {
      await this.cancellations.requestAll(unfinished.map((job) => ({ queue: this.queues[job.queue], id: job.id })));
    } catch (error) {
      throw toUnavailable(error, id);
    }
    const { queue } = flow.root.job;
    await this.replication?.confirm(this.queues[queue].toKey(id), id);
    return this.settled(id);
  }

  /** The flow once all of it has ended, or as it is after a moment: a handler may take its time to stop. */
  private async settled(id: string): Promise<Flow> {
    const flow = await this.get(id);
    let left: readonly Pick<FlowJob, 'id'>[] = unfinishedOf(flow);
    if (left.length === 0) return flow;
    for (let look = 1; look <= SETTLE_LOOKS && left.length > 0; look++) {
      await delay(SETTLE_LOOK_MS);
      left = await this.unfinishedAmong(left).catch(() => left); // whoever looks next is told
    }
    return this.get(id);
  }

  private async unfinishedAmong(jobs: readonly Pick<FlowJob, 'id'>[]): Promise<Pick<FlowJob, 'id'>[]> {
    const left: Pick<FlowJob, 'id'>[] = [];
    for await (const [id, record] of this.reader.records(jobs.map((job) => job.id))) {
      if (record && !FINAL_STATES.has(record.state)) left.push({ id });
    }
    return left;
  }
}

function jobsOf(flow: Flow): FlowJob[] {
  return nodesOf(flow.root).map(({ job }) => job);
}

function unfinishedOf(flow: Flow): FlowJob[] {
  return jobsOf(flow).filter(({ state }) => !FINAL_STATES.has(state));
}
