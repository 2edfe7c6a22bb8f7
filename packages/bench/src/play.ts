import type { Contender, Lineup, Round, Sample } from './workload.js';

/** Called after each turn, warm-up not included. */
export type OnTurn = (contender: Contender, round: number, sample: Sample) => void;

/**
 * Lets the contenders take turns, A B A B …, so that whatever else the machine does falls on all of them.
 * @throws the signal's reason when it is told to stop
 */
export async function play(lineup: Lineup, count: number, signal: AbortSignal, onTurn: OnTurn): Promise<Round[]> {
  for (const contender of lineup.contenders) await turn(lineup, async () => contender.warmUp?.(signal), signal);
  const rounds: Round[] = [];
  for (let number = 1; number <= count; number++) {
    const samples: Record<string, Sample> = {};
    for (const contender of lineup.contenders) {
      const sample = await turn(lineup, () => contender.run(signal), signal);
      samples[contender.name] = sample;
      onTurn(contender, number, sample);
    }
    rounds.push(samples);
  }
  return rounds;
}

async function turn<Result>(lineup: Lineup, run: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  await lineup.reset();
  const result = await run();
  signal.throwIfAborted();
  return result;
}
