/** Milliseconds of one bin. */
export const BIN_MS = 250;

/** One bin of a run. */
export interface Moment {
  /** Seconds since the run began. */
  readonly at: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Runs that ended. */
  readonly ended: number;
  /** Milliseconds of acknowledged submissions; null where there was none. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface Mark {
  /** Seconds since the run began. */
  readonly at: number;
  readonly label: string;
}

type Count = 'refused' | 'unknown' | 'ended';

interface Bin extends Record<Count, number> {
  readonly latencies: number[];
}

/** What happened when: counts and latencies by time, and the faults between them. */
export class Timeline {
  readonly marks: Mark[] = [];
  private readonly bins: Bin[] = [];
  private startedAt = performance.now();

  /** The run begins now, unless something has happened already: what it takes to start everything is no part of it. */
  start(): void {
    if (this.bins.length === 0 && this.marks.length === 0) this.startedAt = performance.now();
  }

  /** Milliseconds since the run began. */
  get now(): number {
    return performance.now() - this.startedAt;
  }

  mark(label: string): void {
    this.marks.push({ at: this.now / 1_000, label });
  }

  acknowledged(latencyMs: number): void {
    this.bin().latencies.push(latencyMs);
  }

  count(what: Count): void {
    this.bin()[what]++;
  }

  moments(): Moment[] {
    return Array.from(this.bins, (bin = emptyBin(), index) => toMoment(bin, (index * BIN_MS) / 1_000));
  }

  /** Percentiles over submissions that were acknowledged from `since` on, in milliseconds since the run began. */
  latencies(since = 0): Pick<Moment, 'p50' | 'p99' | 'max'> {
    return percentiles(this.bins.slice(Math.ceil(since / BIN_MS)).flatMap((bin) => bin?.latencies ?? []));
  }

  private bin(): Bin {
    const index = Math.floor(this.now / BIN_MS);
    let bin = this.bins[index];
    if (!bin) {
      bin = emptyBin();
      this.bins[index] = bin;
    }
    return bin;
  }
}

function emptyBin(): Bin {
  return { latencies: [], refused: 0, unknown: 0, ended: 0 };
}

function toMoment({ latencies, ...counts }: Bin, at: number): Moment {
  return { at, acknowledged: latencies.length, ...counts, ...percentiles(latencies) };
}

function percentiles(values: readonly number[]): Pick<Moment, 'p50' | 'p99' | 'max'> {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? null };
}
