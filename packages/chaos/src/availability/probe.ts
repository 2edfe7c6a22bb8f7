/** What a caller from outside asks for: whether the service is ready, to take a job, and what became of one. */
export const PROBE_KINDS = ['ready', 'submit', 'read'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** One request of the prober, and what a caller's own repetitions would have made of it. A line each. */
export interface Probe {
  readonly kind: ProbeKind;
  /** Unix milliseconds at which it was due. */
  readonly at: number;
  /** Milliseconds until its answer, or until the caller gave it up. */
  readonly ms: number;
  /** A status, or why there was no answer. */
  readonly answer: string;
  readonly isOk: boolean;
  /** Of one that failed: milliseconds from its start until a repetition succeeded; null when none did in time. */
  readonly recoveredMs?: number | null;
}

export function decodeProbes(text: string): readonly Probe[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Probe);
}
