import type { Plan } from './plan.js';
import type { Pair, Sample, Subject } from './workload.js';

export interface Comparison {
  /** In the order of the rounds. */
  readonly product: readonly Sample[];
  readonly peer: readonly Sample[];
}

/** Called after each round, warm-up not included. */
export type OnRound = (subject: Subject, round: number, sample: Sample) => void;

/**
 * Runs the two in turns, A B A B …, so that whatever else the machine does falls on both.
 * @throws the signal's reason when it is told to stop
 */
export async function compare(pair: Pair, plan: Plan, signal: AbortSignal, onRound: OnRound): Promise<Comparison> {
  for (const subject of [pair.product, pair.peer]) await runOnce(pair, subject, plan.warmUpSeconds, signal);
  const product: Sample[] = [];
  const peer: Sample[] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [subject, samples] of [[pair.product, product] as const, [pair.peer, peer] as const]) {
      const sample = await runOnce(pair, subject, plan.seconds, signal);
      samples.push(sample);
      onRound(subject, round, sample);
    }
  }
  return { product, peer };
}

async function runOnce(pair: Pair, subject: Subject, seconds: number, signal: AbortSignal): Promise<Sample> {
  signal.throwIfAborted();
  await pair.reset();
  const sample = await subject.run(seconds, signal);
  signal.throwIfAborted();
  return sample;
}
