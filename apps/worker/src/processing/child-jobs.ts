import {
  Admission,
  connectProducer,
  fingerprint,
  JobClient,
  openQueues,
  type QueueCounters,
  QueueError,
  type RedisClient,
} from '@dts/queue';
import type { Telemetry } from 'bullmq';
import { FinalError, RetryableError } from './errors.js';
import type { Submit } from './handler.js';
import type { WorkerJob } from './worker-job.js';

/** What may be another time: then the attempt is repeated, and this submission with it. */
const PASSING: readonly string[] = ['unavailable', 'outcome-unknown', 'memory-full', 'backlog-full'];

/**
 * Jobs that handlers submit: acknowledged as the gateway's are, on a connection that fails within a second, so that an
 * outage fails the attempt and no child is lost. Of the gateway's limits only the one of memory holds: that a queue is
 * full keeps callers out, not the parts of work that was taken on. Nor are replicas waited for: they get what is written
 * in its order, so a failover that loses a child loses the end of its parent as well, which then runs again.
 */
export class ChildJobs {
  private readonly redis: RedisClient;
  private readonly admission: Admission;
  private readonly jobs: JobClient;

  constructor(url: string, prefix: string, onError: (error: Error) => void, counters?: QueueCounters, telemetry?: Telemetry) {
    this.redis = connectProducer(url, onError);
    const queues = openQueues(this.redis, prefix, onError, telemetry);
    this.admission = new Admission(queues, this.redis, Number.POSITIVE_INFINITY);
    this.jobs = new JobClient(queues, this.redis, prefix, this.admission, undefined, counters);
  }

  start(): void {
    this.admission.start();
  }

  stop(): void {
    this.admission.stop();
    this.redis.disconnect();
  }

  /** `submit` for one run of the parent: a later run that makes the same calls, in whatever order, makes the same children. */
  submitterFor(parent: WorkerJob): Submit {
    const seen = new Map<string, number>();
    return async (name, payload, { key, ...options } = {}) => {
      const idempotencyKey = keyOf(parent, key ?? nth(seen, fingerprint([name, payload, options])));
      try {
        const { tenant, requestId } = parent.data;
        const { job } = await this.jobs.submit({ name, payload, options, tenant, idempotencyKey, requestId });
        return job.id;
      } catch (error) {
        throw toHandlerError(name, error);
      }
    };
  }
}

/** No caller's key is the same: a line break cannot be sent in a header. */
function keyOf(parent: WorkerJob, key: string): string {
  return `${parent.id}\n${key}`;
}

/** By what is submitted, not by how many were before: a handler may go another way when it runs again. */
function nth(seen: Map<string, number>, print: string): string {
  const count = (seen.get(print) ?? 0) + 1;
  seen.set(print, count);
  return `\n${print} ${count}`;
}

function toHandlerError(name: string, error: unknown): unknown {
  if (!(error instanceof QueueError)) return error;
  const places = error.issues.map(({ path, message }) => ` /${path.join('/')} ${message}`).join(';');
  const message = `submit(${name}): ${error.message}${places}`;
  const ErrorType = PASSING.includes(error.code) ? RetryableError : FinalError;
  return new ErrorType(`submit-${error.code}`, message, { cause: error });
}
