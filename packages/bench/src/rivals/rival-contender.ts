import type { Contender, Sample } from '../workload.js';
import type { Arena } from './arena.js';
import { KINDS, type Kind, type Rival, type Setting, tellSetting } from './rival.js';

/** Jobs of each kind in a round. */
export type Amounts = Readonly<Record<Kind, number>>;

/** Of the jobs of a round, to find out which setting is the fastest. */
const TRIAL_PART = 10;

/** Another job queue, at its best. */
export class RivalContender implements Contender {
  private readonly best = new Map<Kind, Setting>();

  constructor(
    private readonly rival: Rival,
    private readonly arena: Arena,
    private readonly amounts: Amounts,
  ) {}

  get name(): string {
    return this.rival.name;
  }

  /** With the settings that were found to be the fastest, once they are known. */
  get does(): string {
    const found = KINDS.flatMap((kind) => {
      const setting = this.best.get(kind);
      return setting ? [`${kind}s ${tellSetting(setting)}`] : [];
    });
    return [this.rival.does, ...found].join('; ');
  }

  /** Tries each of its settings once, for each kind of job. */
  async warmUp(signal: AbortSignal): Promise<void> {
    for (const kind of KINDS) {
      const trials: { readonly setting: Setting; readonly seconds: number }[] = [];
      for (const setting of this.rival.settings) {
        trials.push({ setting, seconds: await this.arena.race(this.rival, setting, kind, this.amounts[kind] / TRIAL_PART, signal) });
      }
      const fastest = trials.reduce((best, trial) => (trial.seconds < best.seconds ? trial : best));
      this.best.set(kind, fastest.setting);
    }
  }

  async run(signal: AbortSignal): Promise<Sample> {
    return sampleOf(this.amounts, (kind, jobs) => this.arena.race(this.rival, this.best.get(kind) as Setting, kind, jobs, signal));
  }
}

/** @param race resolves with seconds */
export async function sampleOf(amounts: Amounts, race: (kind: Kind, jobs: number) => Promise<number>): Promise<Sample> {
  const calls = await race('call', amounts.call);
  const noops = await race('noop', amounts.noop);
  return { calls, callRate: amounts.call / calls, noops, noopRate: amounts.noop / noops };
}
