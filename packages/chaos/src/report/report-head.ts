export interface ReportHead {
  readonly seeds: readonly number[];
  readonly profile: 'quick' | 'full';
  /** Seconds. */
  readonly took: number;
  readonly machine: string;
}

/** The arguments that play the same again. */
export function replayOf({ seeds, profile }: Pick<ReportHead, 'seeds' | 'profile'>): string {
  return `--${profile} --seed ${seeds[0]}${seeds.length > 1 ? ` --seeds ${seeds.length}` : ''}`;
}
