import { randomUUID } from 'node:crypto';
import type { SchedulerClient } from '@dts/client';
import { Deliveries } from './deliveries.js';
import { Interrupted } from './interrupted.js';
import type { Output, Verdict } from './output.js';
import type { Patience } from './patience.js';
import { Progress } from './progress.js';
import { startReceiver } from './receiver.js';
import { followJobs, submitJobs, untilQuiet } from './submit-jobs.js';
import { accountForLosses, summarise } from './summary.js';

export interface ProduceJobs {
  readonly client: SchedulerClient;
  readonly count: number;
  readonly concurrency: number;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly output: Output;
}

/** Submits jobs that call a receiver of our own, and checks that every one arrives and completes. */
export async function produceJobs({ client, count, concurrency, patience, signal, output }: ProduceJobs): Promise<Verdict> {
  const deliveries = new Deliveries(count, () => patience.renew());
  const receiver = await startReceiver((number) => deliveries.arrive(number));
  const progress = new Progress(output.err, () => snapshot(deliveries));
  const run = { client, deliveries, receiverUrl: receiver.url, runId: randomUUID(), concurrency, signal };
  let ended: unknown;
  try {
    await submitJobs(run);
    // How jobs ended is read afterwards, so that the reading does not slow what is measured.
    await untilQuiet(deliveries, signal);
    await followJobs(run);
  } catch (error) {
    ended = signal.aborted ? signal.reason : error;
  }
  progress.stop();
  await receiver.close();
  output.out.write(`${summarise(deliveries)}\n`);
  // Whoever interrupts knows that jobs are under way still.
  const losses = ended instanceof Interrupted ? '' : accountForLosses(deliveries);
  if (losses !== '') output.err.write(`${losses}\n`);
  return { ended, allWell: ended === undefined && losses === '' };
}

function snapshot({ count, submitted, arrived, completed, retried }: Deliveries) {
  const text = `submitted ${submitted}/${count}, arrived ${arrived}, completed ${completed}${retried > 0 ? `, retried ${retried}` : ''}`;
  return { value: submitted + arrived + completed, total: 3 * count, text };
}
