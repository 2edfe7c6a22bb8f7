import { QUEUE_NAMES, QUEUES, type QueueName, SERVED_QUEUE_NAMES } from '@dts/jobs';
import { z } from 'zod';

const MOST_JOBS_AT_ONCE = 10_000;

export interface QueueChoice {
  readonly queue: QueueName;
  /** Jobs at once. */
  readonly concurrency: number;
}

/** Which queues a worker serves and how many jobs of each at once, such as `io:500,cpu`; all with their defaults unless given. */
export const queueChoices = z.string().default(SERVED_QUEUE_NAMES.join(',')).transform(readQueues);

function readQueues(text: string, context: z.RefinementCtx): QueueChoice[] {
  return text.split(',').flatMap((item) => {
    const [name = '', count] = item.trim().split(':');
    const queue = SERVED_QUEUE_NAMES.find((known) => known === name);
    const concurrency = count === undefined && queue ? QUEUES[queue].concurrency : Number(count);
    if (queue && Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MOST_JOBS_AT_ONCE) return [{ queue, concurrency }];
    const problem = queue
      ? `"${item}": give 1 to ${MOST_JOBS_AT_ONCE} jobs at once`
      : `"${name}" ${whyNot(name)}; there are ${SERVED_QUEUE_NAMES.join(', ')}`;
    context.addIssue({ code: 'custom', message: problem });
    return [];
  });
}

function whyNot(name: string): string {
  return QUEUE_NAMES.some((known) => known === name) ? 'is leased by workers elsewhere' : 'is no queue';
}
