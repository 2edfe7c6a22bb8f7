import { DeadLetters, type JobRecord } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

/** Lets single jobs start anew, and counts them, whoever asks for it: the API's callers, or people at Bull Board. */
@Injectable()
export class Retries {
  constructor(
    private readonly deadLetters: DeadLetters,
    @InjectMetric(METRICS.deadLetterChanges.name) private readonly changes: Counter,
  ) {}

  /** @throws QueueError as `DeadLetters.retry` */
  async retry(before: Pick<JobRecord, 'id' | 'redrives'>): Promise<JobRecord> {
    const after = await this.deadLetters.retry(before.id);
    if (after.redrives > before.redrives) this.changes.inc({ queue: after.queue, change: 'retried' });
    return after;
  }
}
